package access

import (
	"slices"
	"strings"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/schedule/v1"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
)

// WorkflowQueue and the queues of the tiers: as shared/orchestration/ship/task-queues.ts names them.
const WorkflowQueue = "believe-workflows"

var queuesOf = map[Role][]string{
	// The processes that tell alarms, that publish and that score folds show the certificate of research.
	Research: {"believe-research", "believe-folds", "believe-alarms", "believe-public"},
	Broker:   {"believe-broker"},
}

// check of a request: what is wrong with it, or nothing. A request of another type than it knows is refused.
type check struct {
	says  string
	fails func(*Policy, Role, any) string
}

var (
	byName           = check{"by name", namedByID}
	ownQueue         = check{"its own task queue, by that very name", otherQueue}
	workflowQueue    = check{"the queue of workflows, or a sticky one of it", otherWorkflowQueue}
	ownTask          = check{"a step that was given to this role", otherTask}
	ownSticky        = check{"a sticky queue only the orchestrator", otherSticky}
	startsOurs       = check{"on the queue of workflows", startsOther}
	changesOurs      = check{"no workflow of the server itself", changesOther}
	alarmsOfWatchers = check{"by a watcher, alarms only", noAlarm}
)

func described(checks []check) []string {
	var all []string
	for _, one := range checks {
		all = append(all, one.says)
	}
	return all
}

const unknownRequest = "not a request that is known here"

// namedByID: that would describe any namespace.
func namedByID(_ *Policy, _ Role, request any) string {
	asked, ok := request.(*workflowservice.DescribeNamespaceRequest)
	if !ok {
		return unknownRequest
	}
	if asked.GetId() != "" {
		return "a namespace is asked for by its name"
	}
	return ""
}

// otherQueue than the tier's own, by that very name: no partition, and no sticky queue.
func otherQueue(_ *Policy, role Role, request any) string {
	asked, ok := request.(*workflowservice.PollActivityTaskQueueRequest)
	if !ok {
		return unknownRequest
	}
	if !isNormal(asked.GetTaskQueue()) || !slices.Contains(queuesOf[role], asked.GetTaskQueue().GetName()) {
		return "another's task queue"
	}
	return ""
}

// otherWorkflowQueue than the one that workflows are started on, or a sticky queue that belongs to it.
func otherWorkflowQueue(_ *Policy, _ Role, request any) string {
	asked, ok := request.(*workflowservice.PollWorkflowTaskQueueRequest)
	if !ok {
		return unknownRequest
	}
	queue := asked.GetTaskQueue()
	isSticky := queue.GetKind() == enums.TASK_QUEUE_KIND_STICKY && queue.GetNormalName() == WorkflowQueue
	if isSticky || (isNormal(queue) && queue.GetName() == WorkflowQueue) {
		return ""
	}
	return "another's task queue"
}

func isNormal(queue *taskqueue.TaskQueue) bool {
	kind := queue.GetKind()
	return kind == enums.TASK_QUEUE_KIND_NORMAL || kind == enums.TASK_QUEUE_KIND_UNSPECIFIED
}

// otherTask than one that this server has given to this role. Its own tokens are not signed: whoever has seen one could write another's.
func otherTask(p *Policy, role Role, request any) string {
	asked, ok := request.(interface{ GetTaskToken() []byte })
	if !ok {
		return unknownRequest
	}
	if !p.Stamp.Holds(role, asked.GetTaskToken()) {
		return "a task that this role was not given"
	}
	return ""
}

// otherSticky: only whoever polls sticky queues has one to give up.
func otherSticky(_ *Policy, role Role, request any) string {
	asked, ok := request.(*workflowservice.ShutdownWorkerRequest)
	if !ok {
		return unknownRequest
	}
	if role != Orchestrator && asked.GetStickyTaskQueue() != "" {
		return "another's task queue"
	}
	return ""
}

// startsOther than a workflow of the product. The server runs workflows of its own in every namespace, with its own rights.
func startsOther(_ *Policy, _ Role, request any) string {
	var queue *taskqueue.TaskQueue
	var callbacks []*common.Callback
	switch asked := request.(type) {
	case *workflowservice.StartWorkflowExecutionRequest:
		queue, callbacks = asked.GetTaskQueue(), asked.GetCompletionCallbacks()
	case *workflowservice.SignalWithStartWorkflowExecutionRequest:
		queue = asked.GetTaskQueue()
	case *workflowservice.CreateScheduleRequest:
		queue = started(asked.GetSchedule())
	case *workflowservice.UpdateScheduleRequest:
		queue = started(asked.GetSchedule())
	default:
		return unknownRequest
	}
	if !isNormal(queue) || queue.GetName() != WorkflowQueue {
		return "a workflow is started on " + WorkflowQueue
	}
	if len(callbacks) > 0 {
		return "no callbacks"
	}
	if named, names := request.(interface{ GetWorkflowId() string }); names && isInternal(named.GetWorkflowId()) {
		return internalWorkflow
	}
	return ""
}

func started(schedule *schedule.Schedule) *taskqueue.TaskQueue {
	return schedule.GetAction().GetStartWorkflow().GetTaskQueue()
}

const internalWorkflow = "a workflow of the server itself"

func isInternal(id string) bool { return strings.HasPrefix(id, "temporal-sys") }

// changesOther than a workflow of the product: those of schedules and deployments have methods of their own.
func changesOther(_ *Policy, _ Role, request any) string {
	id, ok := workflowIDOf(request)
	if !ok {
		return unknownRequest
	}
	if isInternal(id) {
		return internalWorkflow
	}
	return ""
}

func workflowIDOf(request any) (string, bool) {
	switch asked := request.(type) {
	case interface {
		GetWorkflowExecution() *common.WorkflowExecution
	}:
		return asked.GetWorkflowExecution().GetWorkflowId(), true
	case interface{ GetWorkflowId() string }:
		return asked.GetWorkflowId(), true
	}
	return "", false
}

// noAlarm by a watcher: it starts and signals the workflows of alarms, as temporal/alarm-workflows.ts does, and hands on who has
// answered one on the monitoring page; no other workflow, and no other message.
func noAlarm(_ *Policy, role Role, request any) string {
	if role != Watcher {
		return ""
	}
	id, _ := workflowIDOf(request)
	if !strings.HasPrefix(id, "alarm/") || !isOfAlarm(request) {
		return "a watcher raises, clears and answers alarms, and nothing else"
	}
	return ""
}

func isOfAlarm(request any) bool {
	signals := []string{"raise", "clear"}
	switch asked := request.(type) {
	case *workflowservice.SignalWithStartWorkflowExecutionRequest:
		return slices.Contains(signals, asked.GetSignalName()) && asked.GetWorkflowType().GetName() == "alarm"
	case *workflowservice.SignalWorkflowExecutionRequest:
		return slices.Contains(signals, asked.GetSignalName())
	case *workflowservice.UpdateWorkflowExecutionRequest:
		return asked.GetRequest().GetInput().GetName() == "acknowledge"
	}
	return false
}
