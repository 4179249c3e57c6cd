package access

import (
	"bytes"
	"crypto/x509/pkix"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/schedule/v1"
	"go.temporal.io/api/taskqueue/v1"
	updatepb "go.temporal.io/api/update/v1"
	"go.temporal.io/api/workflow/v1"
	w "go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/server/api/adminservice/v1"
	tokenspb "go.temporal.io/server/api/token/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/protobuf/proto"
)

var services = []grpc.ServiceDesc{
	w.WorkflowService_ServiceDesc, operatorservice.OperatorService_ServiceDesc, adminservice.AdminService_ServiceDesc,
	grpc_health_v1.Health_ServiceDesc, grpc_reflection_v1.ServerReflection_ServiceDesc,
}

func newPolicy(t *testing.T) *Policy {
	stamp, err := NewStamp([]byte("the key of the server"))
	if err != nil {
		t.Fatal(err)
	}
	return &Policy{Namespace: "believe", Stamp: stamp}
}

// methodsOf what is registered, whatever this or a newer server has.
func methodsOf(service grpc.ServiceDesc) []string {
	var found []string
	for _, method := range service.Methods {
		found = append(found, "/"+service.ServiceName+"/"+method.MethodName)
	}
	for _, stream := range service.Streams {
		found = append(found, "/"+service.ServiceName+"/"+stream.StreamName)
	}
	return found
}

func TestWhatNoRuleNamesNobodyMay(t *testing.T) {
	policy, ruled := newPolicy(t), 0
	for _, service := range services {
		for _, method := range methodsOf(service) {
			if _, isRuled := rules[method]; isRuled {
				ruled++
				continue
			}
			for _, role := range append([]Role{"", "admin", "root"}, Roles...) {
				if policy.Refusal(role, method, &w.ListNamespacesRequest{}) == "" {
					t.Errorf("%s may call %s", role, method)
				}
			}
		}
	}
	if ruled != len(rules) {
		t.Errorf("%d rules are of methods that there are, of %d", ruled, len(rules))
	}
	for _, method := range methodsOf(adminservice.AdminService_ServiceDesc) {
		if _, isRuled := rules[method]; isRuled {
			t.Errorf("nobody administers this server from outside: %s", method)
		}
	}
}

func TestNobodyElseMayWhatARuleNames(t *testing.T) {
	policy := newPolicy(t)
	for method, found := range rules {
		for _, role := range append([]Role{"", "admin", "temporal-system"}, Roles...) {
			if !slices.Contains(found.roles, role) && policy.Refusal(role, method, nil) == "" {
				t.Errorf("%s may call %s", role, method)
			}
		}
	}
}

// Of every method with checks, or of a namespace, a request that it does not know is refused: none passes unread.
func TestARequestOfAnotherTypeIsRefused(t *testing.T) {
	policy := newPolicy(t)
	for method, found := range rules {
		for _, role := range found.roles {
			if found.isOfCluster {
				continue
			}
			if policy.Refusal(role, method, struct{}{}) == "" {
				t.Errorf("%s by %s passes unread", method, role)
			}
			if policy.Refusal(role, method, ofNamespace("believe")) == "" && len(found.checks) > 0 {
				t.Errorf("%s by %s is not checked", method, role)
			}
			for _, other := range []string{"", "temporal-system", "believe ", "Believe", "default"} {
				if policy.Refusal(role, method, ofNamespace(other)) == "" {
					t.Errorf("%s by %s passes for the namespace %q", method, role, other)
				}
			}
		}
	}
}

type ofNamespace string

func (n ofNamespace) GetNamespace() string { return string(n) }

const ns = "believe"

func queue(name string, kind enums.TaskQueueKind, normal string) *taskqueue.TaskQueue {
	return &taskqueue.TaskQueue{Name: name, Kind: kind, NormalName: normal}
}
func normal(name string) *taskqueue.TaskQueue { return queue(name, enums.TASK_QUEUE_KIND_NORMAL, "") }

func TestAWorkerPollsItsOwnQueueOnly(t *testing.T) {
	policy := newPolicy(t)
	polls := func(role Role, asked *taskqueue.TaskQueue) bool {
		request := &w.PollActivityTaskQueueRequest{Namespace: ns, TaskQueue: asked}
		return policy.Refusal(role, w.WorkflowService_PollActivityTaskQueue_FullMethodName, request) == ""
	}
	every := []string{"believe-workflows", "believe-research", "believe-folds", "believe-broker", "believe-alarms", "believe-public"}
	for _, role := range Roles {
		for _, name := range every {
			if polls(role, normal(name)) != slices.Contains(queuesOf[role], name) {
				t.Errorf("%s and %s", role, name)
			}
		}
	}
	for _, odd := range []*taskqueue.TaskQueue{
		nil, normal(""), normal("/_sys/believe-broker/1"), normal("believe-broker "), normal("BELIEVE-BROKER"),
		queue("believe-broker", enums.TASK_QUEUE_KIND_STICKY, "believe-broker"),
		queue("x", enums.TASK_QUEUE_KIND_STICKY, "believe-broker"), normal("temporal-sys-per-ns-tq"),
	} {
		if polls(Broker, odd) {
			t.Errorf("the broker polls %v", odd)
		}
	}
}

func TestWorkflowTasksAreTheOrchestratorsAlone(t *testing.T) {
	policy := newPolicy(t)
	polls := func(role Role, asked *taskqueue.TaskQueue) bool {
		request := &w.PollWorkflowTaskQueueRequest{Namespace: ns, TaskQueue: asked}
		return policy.Refusal(role, w.WorkflowService_PollWorkflowTaskQueue_FullMethodName, request) == ""
	}
	sticky := queue("host-4f", enums.TASK_QUEUE_KIND_STICKY, "believe-workflows")
	for _, role := range Roles {
		for _, asked := range []*taskqueue.TaskQueue{normal("believe-workflows"), sticky} {
			if polls(role, asked) != (role == Orchestrator) {
				t.Errorf("%s and %v", role, asked)
			}
		}
		for _, asked := range []*taskqueue.TaskQueue{
			nil, normal("temporal-sys-per-ns-tq"), normal("believe-broker"), normal("host-4f"),
			queue("host-4f", enums.TASK_QUEUE_KIND_STICKY, ""), queue("host-4f", enums.TASK_QUEUE_KIND_STICKY, "temporal-sys-per-ns-tq"),
		} {
			if polls(role, asked) {
				t.Errorf("%s polls %v", role, asked)
			}
		}
		completes := policy.Refusal(role, w.WorkflowService_RespondWorkflowTaskCompleted_FullMethodName,
			&w.RespondWorkflowTaskCompletedRequest{Namespace: ns}) == ""
		if completes != (role == Orchestrator) {
			t.Errorf("%s completes workflow tasks: %v", role, completes)
		}
	}
}

func TestAStepIsAnsweredByWhomItWasGivenTo(t *testing.T) {
	policy := newPolicy(t)
	token, _ := proto.Marshal(&tokenspb.Task{WorkflowId: "ship/7", RunId: "r", ScheduledEventId: 5, Attempt: 1})
	answers := func(role Role, given []byte) bool {
		request := &w.RespondActivityTaskCompletedRequest{Namespace: ns, TaskToken: given}
		return policy.Refusal(role, w.WorkflowService_RespondActivityTaskCompleted_FullMethodName, request) == ""
	}
	given := policy.Stamp.On(Research, token)
	if !answers(Research, given) {
		t.Error("research cannot answer its own step")
	}
	var read tokenspb.Task
	if err := proto.Unmarshal(given, &read); err != nil || read.GetWorkflowId() != "ship/7" || read.GetScheduledEventId() != 5 {
		t.Errorf("the server cannot read a stamped token: %v", err)
	}
	for _, role := range Roles {
		if role != Research && answers(role, given) {
			t.Errorf("%s answers a step of research", role)
		}
	}
	if answers(Broker, token) || answers(Broker, nil) || answers(Broker, policy.Stamp.On(Broker, nil)) {
		t.Error("a token without a stamp, or a stamp without a token, passes")
	}
	// Another step under the stamp of one's own; more behind it; every bit turned.
	other, _ := proto.Marshal(&tokenspb.Task{ScheduledEventId: 6})
	stamp := given[len(token):]
	forged := [][]byte{append(bytes.Clone(other), stamp...), append(bytes.Clone(given), other...), append(bytes.Clone(given), stamp...)}
	for bit := range len(given) * 8 {
		turned := bytes.Clone(given)
		turned[bit/8] ^= 1 << (bit % 8)
		forged = append(forged, turned)
	}
	for _, one := range forged {
		if answers(Research, one) {
			t.Errorf("%x passes", one)
		}
	}
	another, _ := NewStamp([]byte("another key"))
	if answers(Research, another.On(Research, token)) {
		t.Error("the stamp of another server passes")
	}
}

func TestAnOperatorStartsOurWorkflowsOnly(t *testing.T) {
	policy := newPolicy(t)
	allowed := func(method string, request any) bool { return policy.Refusal(Operator, method, request) == "" }
	start := w.WorkflowService_StartWorkflowExecution_FullMethodName
	if !allowed(start, &w.StartWorkflowExecutionRequest{Namespace: ns, WorkflowId: "ship/1", TaskQueue: normal(WorkflowQueue)}) {
		t.Error("a ship cannot be started")
	}
	// Workers of the server itself run with rights over everything, in every namespace.
	for _, bad := range []*w.StartWorkflowExecutionRequest{
		{WorkflowId: "x", TaskQueue: normal("temporal-sys-per-ns-tq")}, {WorkflowId: "x"}, {WorkflowId: "x", TaskQueue: normal("believe-broker")},
		{WorkflowId: "temporal-sys-scheduler:x", TaskQueue: normal(WorkflowQueue)},
		{WorkflowId: "x", TaskQueue: queue(WorkflowQueue, enums.TASK_QUEUE_KIND_STICKY, "")},
		{WorkflowId: "x", TaskQueue: normal(WorkflowQueue), CompletionCallbacks: []*common.Callback{{}}},
	} {
		bad.Namespace = ns
		if allowed(start, bad) {
			t.Errorf("%v is started", bad)
		}
	}
	scheduled := func(name string) *schedule.Schedule {
		action := &schedule.ScheduleAction_StartWorkflow{StartWorkflow: &workflow.NewWorkflowExecutionInfo{TaskQueue: normal(name)}}
		return &schedule.Schedule{Action: &schedule.ScheduleAction{Action: action}}
	}
	for name, isRight := range map[string]bool{WorkflowQueue: true, "temporal-sys-per-ns-tq": false, "believe-research": false} {
		creates := allowed(w.WorkflowService_CreateSchedule_FullMethodName, &w.CreateScheduleRequest{Namespace: ns, Schedule: scheduled(name)})
		updates := allowed(w.WorkflowService_UpdateSchedule_FullMethodName, &w.UpdateScheduleRequest{Namespace: ns, Schedule: scheduled(name)})
		if creates != isRight || updates != isRight {
			t.Errorf("a schedule on %s", name)
		}
	}
	if allowed(w.WorkflowService_CreateSchedule_FullMethodName, &w.CreateScheduleRequest{Namespace: ns}) {
		t.Error("a schedule without an action passes")
	}
	own := &common.WorkflowExecution{WorkflowId: "temporal-sys-worker-deployment:believe-orchestrator"}
	ship := &common.WorkflowExecution{WorkflowId: "ship/1"}
	for run, isRight := range map[*common.WorkflowExecution]bool{own: false, ship: true} {
		for method, request := range map[string]any{
			w.WorkflowService_SignalWorkflowExecution_FullMethodName:        &w.SignalWorkflowExecutionRequest{Namespace: ns, WorkflowExecution: run},
			w.WorkflowService_UpdateWorkflowExecution_FullMethodName:        &w.UpdateWorkflowExecutionRequest{Namespace: ns, WorkflowExecution: run},
			w.WorkflowService_TerminateWorkflowExecution_FullMethodName:     &w.TerminateWorkflowExecutionRequest{Namespace: ns, WorkflowExecution: run},
			w.WorkflowService_RequestCancelWorkflowExecution_FullMethodName: &w.RequestCancelWorkflowExecutionRequest{Namespace: ns, WorkflowExecution: run},
			w.WorkflowService_ResetWorkflowExecution_FullMethodName:         &w.ResetWorkflowExecutionRequest{Namespace: ns, WorkflowExecution: run},
			w.WorkflowService_UpdateWorkflowExecutionOptions_FullMethodName: &w.UpdateWorkflowExecutionOptionsRequest{Namespace: ns, WorkflowExecution: run},
		} {
			if allowed(method, request) != isRight {
				t.Errorf("%s of %s", method, run.GetWorkflowId())
			}
		}
	}
}

func TestAWatcherRaisesAlarmsAndNothingElse(t *testing.T) {
	policy := newPolicy(t)
	method := w.WorkflowService_SignalWithStartWorkflowExecution_FullMethodName
	raise := func(id, kind, signal string) bool {
		return policy.Refusal(Watcher, method, &w.SignalWithStartWorkflowExecutionRequest{
			Namespace: ns, WorkflowId: id, SignalName: signal, WorkflowType: &common.WorkflowType{Name: kind}, TaskQueue: normal(WorkflowQueue)}) == ""
	}
	if !raise("alarm/x", "alarm", "raise") {
		t.Error("no alarm can be raised")
	}
	for _, bad := range [][]string{{"ship/1", "alarm", "raise"}, {"alarm/x", "shipModel", "raise"}, {"alarm/x", "alarm", "acknowledge"}, {"", "", ""}} {
		if raise(bad[0], bad[1], bad[2]) {
			t.Errorf("%v passes", bad)
		}
	}
	clear := func(id, signal string) bool {
		return policy.Refusal(Watcher, w.WorkflowService_SignalWorkflowExecution_FullMethodName, &w.SignalWorkflowExecutionRequest{
			Namespace: ns, WorkflowExecution: &common.WorkflowExecution{WorkflowId: id}, SignalName: signal}) == ""
	}
	if !clear("alarm/x", "clear") || clear("ship/1", "clear") || clear("alarm/x", "decide") || clear("ship/1", "reject") {
		t.Error("what a watcher signals")
	}
	answer := func(id, name string) bool {
		return policy.Refusal(Watcher, w.WorkflowService_UpdateWorkflowExecution_FullMethodName, &w.UpdateWorkflowExecutionRequest{
			Namespace: ns, WorkflowExecution: &common.WorkflowExecution{WorkflowId: id},
			Request: &updatepb.Request{Input: &updatepb.Input{Name: name}}}) == ""
	}
	if !answer("alarm/x", "acknowledge") || answer("ship/1", "acknowledge") || answer("alarm/x", "decide") || answer("ship/1", "decide") {
		t.Error("what a watcher answers")
	}
}

func TestOneCertificateIsOneRole(t *testing.T) {
	named := func(o, ou []string, cn string) *pkix.Name {
		return &pkix.Name{Organization: o, OrganizationalUnit: ou, CommonName: cn}
	}
	ours := []string{"believe"}
	for _, role := range Roles {
		if found, ok := RoleOf(named(ours, []string{string(role)}, string(role))); !ok || found != role {
			t.Errorf("%s is %q", role, found)
		}
	}
	for _, bad := range []*pkix.Name{
		nil, named(ours, nil, "broker"), named(nil, []string{"broker"}, "broker"), named(ours, []string{"broker", "operator"}, "operator"),
		named(ours, []string{"broker"}, "operator"), named(ours, []string{"authority"}, "believe authority"),
		named([]string{"believe", "other"}, []string{"operator"}, "operator"), named(ours, []string{"Operator"}, "Operator"),
		named([]string{"other"}, []string{"operator"}, "operator"), named(ours, []string{""}, ""),
	} {
		if role, ok := RoleOf(bad); ok {
			t.Errorf("%v is %s", bad, role)
		}
	}
}

func TestADescriptionIsByName(t *testing.T) {
	method := w.WorkflowService_DescribeNamespace_FullMethodName
	if newPolicy(t).Refusal(Broker, method, &w.DescribeNamespaceRequest{Namespace: ns, Id: "32049b68-7872-4094-8e63-d0dd59896a83"}) == "" {
		t.Error("a namespace is described by its id")
	}
}

func TestOnlyPollersGiveUpStickyQueues(t *testing.T) {
	method := w.WorkflowService_ShutdownWorker_FullMethodName
	for _, role := range Roles {
		ends := newPolicy(t).Refusal(role, method, &w.ShutdownWorkerRequest{Namespace: ns, StickyTaskQueue: "of the orchestrator"}) == ""
		if ends != (role == Orchestrator) {
			t.Errorf("%s", role)
		}
	}
}

var update = flag.Bool("update", false, "write docs/temporal-roles.md anew")

const document = "../../../docs/temporal-roles.md"

// The table of the documentation is what holds.
func TestTheTableIsWhatIsDocumented(t *testing.T) {
	wanted := table()
	if *update {
		if err := os.WriteFile(document, []byte(wanted), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found, err := os.ReadFile(document)
	if err != nil || string(found) != wanted {
		t.Errorf("write it anew: go test ./access -update (%v)", err)
	}
}

func table() string {
	var text strings.Builder
	fmt.Fprint(&text, `# Who may call what of a Temporal server of our own

Generated from `+"`deploy/temporal-server/access/rules.go`"+` by `+"`go test ./access -update`"+` there. Every method that the server registers is
here; what has no mark nobody may call, and so it is with methods that a newer server brings. `+"`*`"+`: only requests that pass a
check, which is named. Why, and how a certificate is a role: [temporal.md](temporal.md).

gRPC asks for no rights of a stream, so three methods answer whoever has a certificate of any role: Health/Watch,
ServerReflection (the API itself), and AdminService/StreamWorkflowReplicationMessages, which always says that there is no other cluster.

`)
	fmt.Fprintf(&text, "| method | %s | checked |\n|---|%s---|\n", strings.Join(names(), " | "), strings.Repeat("---|", len(Roles)))
	var nobody []string
	for _, service := range services {
		for _, method := range methodsOf(service) {
			found, isRuled := rules[method]
			short := method[strings.LastIndex(method[:strings.LastIndex(method, "/")], ".")+1:]
			if !isRuled {
				nobody = append(nobody, short)
				continue
			}
			mark, checked := "yes", ""
			if len(found.checks) > 0 {
				mark, checked = "yes*", strings.Join(described(found.checks), "; ")
			}
			fmt.Fprintf(&text, "| %s |", short)
			for _, role := range Roles {
				cell := ""
				if slices.Contains(found.roles, role) {
					cell = mark
				}
				fmt.Fprintf(&text, " %s |", cell)
			}
			fmt.Fprintf(&text, " %s |\n", checked)
		}
	}
	fmt.Fprintf(&text, "\nNobody may call these %d: %s.\n", len(nobody), strings.Join(nobody, ", "))
	return text.String()
}

func names() []string {
	var all []string
	for _, role := range Roles {
		all = append(all, string(role))
	}
	return all
}
