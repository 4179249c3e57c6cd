package access

import (
	"slices"

	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// rule of a method: who may call it, and what must hold of the request.
type rule struct {
	roles []Role
	// isOfCluster is true where a request names no namespace.
	isOfCluster bool
	checks      []check
}

var (
	everybody  = Roles
	lookers    = []Role{Operator, Reader}
	watchers   = []Role{Operator, Reader, Watcher}
	operators  = []Role{Operator}
	tiers      = []Role{Research, Broker}
	allWorkers = []Role{Orchestrator, Research, Broker}
)

// rules hold every method that anybody may call. What is not here nobody may: also what a newer server brings.
var rules = map[string]rule{
	grpc_health_v1.Health_Check_FullMethodName:                    {roles: everybody, isOfCluster: true},
	workflowservice.WorkflowService_GetSystemInfo_FullMethodName:  {roles: everybody, isOfCluster: true},
	workflowservice.WorkflowService_GetClusterInfo_FullMethodName: {roles: everybody, isOfCluster: true},
	// Every worker asks for its namespace when it starts.
	workflowservice.WorkflowService_DescribeNamespace_FullMethodName: {roles: everybody, checks: []check{byName}},

	// Workflow tasks: their answers schedule steps, start children and signal others.
	workflowservice.WorkflowService_PollWorkflowTaskQueue_FullMethodName:        only(Orchestrator, workflowQueue),
	workflowservice.WorkflowService_RespondWorkflowTaskCompleted_FullMethodName: only(Orchestrator),
	workflowservice.WorkflowService_RespondWorkflowTaskFailed_FullMethodName:    only(Orchestrator),
	workflowservice.WorkflowService_RespondQueryTaskCompleted_FullMethodName:    only(Orchestrator),
	workflowservice.WorkflowService_ResetStickyTaskQueue_FullMethodName:         only(Orchestrator),

	// Steps: of the tier's own queue, and answered by the tier that was given them. Never by id, which is no secret.
	workflowservice.WorkflowService_PollActivityTaskQueue_FullMethodName:        {roles: tiers, checks: []check{ownQueue}},
	workflowservice.WorkflowService_RespondActivityTaskCompleted_FullMethodName: {roles: tiers, checks: []check{ownTask}},
	workflowservice.WorkflowService_RespondActivityTaskFailed_FullMethodName:    {roles: tiers, checks: []check{ownTask}},
	workflowservice.WorkflowService_RespondActivityTaskCanceled_FullMethodName:  {roles: tiers, checks: []check{ownTask}},
	workflowservice.WorkflowService_RecordActivityTaskHeartbeat_FullMethodName:  {roles: tiers, checks: []check{ownTask}},
	workflowservice.WorkflowService_RecordWorkerHeartbeat_FullMethodName:        {roles: allWorkers},
	workflowservice.WorkflowService_ShutdownWorker_FullMethodName:               {roles: allWorkers, checks: []check{ownSticky}},

	// Looking.
	workflowservice.WorkflowService_GetWorkflowExecutionHistory_FullMethodName:        {roles: append([]Role{Orchestrator}, lookers...)},
	workflowservice.WorkflowService_GetWorkflowExecutionHistoryReverse_FullMethodName: {roles: lookers},
	// A research worker asks whether the run whose lane it would free has ended.
	workflowservice.WorkflowService_DescribeWorkflowExecution_FullMethodName:       {roles: append([]Role{Research}, lookers...)},
	workflowservice.WorkflowService_ListWorkflowExecutions_FullMethodName:          {roles: append([]Role{Research}, watchers...)},
	workflowservice.WorkflowService_ListOpenWorkflowExecutions_FullMethodName:      {roles: lookers},
	workflowservice.WorkflowService_ListClosedWorkflowExecutions_FullMethodName:    {roles: lookers},
	workflowservice.WorkflowService_CountWorkflowExecutions_FullMethodName:         {roles: lookers},
	workflowservice.WorkflowService_QueryWorkflow_FullMethodName:                   {roles: lookers},
	workflowservice.WorkflowService_PollWorkflowExecutionUpdate_FullMethodName:     {roles: watchers},
	workflowservice.WorkflowService_GetSearchAttributes_FullMethodName:             {roles: lookers, isOfCluster: true},
	workflowservice.WorkflowService_DescribeTaskQueue_FullMethodName:               {roles: watchers},
	workflowservice.WorkflowService_ListTaskQueuePartitions_FullMethodName:         {roles: lookers},
	workflowservice.WorkflowService_ListSchedules_FullMethodName:                   {roles: watchers},
	workflowservice.WorkflowService_DescribeSchedule_FullMethodName:                {roles: lookers},
	workflowservice.WorkflowService_ListScheduleMatchingTimes_FullMethodName:       {roles: lookers},
	workflowservice.WorkflowService_ListNamespaces_FullMethodName:                  {roles: lookers, isOfCluster: true},
	workflowservice.WorkflowService_ListBatchOperations_FullMethodName:             {roles: lookers},
	workflowservice.WorkflowService_DescribeBatchOperation_FullMethodName:          {roles: lookers},
	workflowservice.WorkflowService_ListWorkerDeployments_FullMethodName:           {roles: lookers},
	workflowservice.WorkflowService_DescribeWorkerDeployment_FullMethodName:        {roles: lookers},
	workflowservice.WorkflowService_DescribeWorkerDeploymentVersion_FullMethodName: {roles: lookers},
	workflowservice.WorkflowService_ListWorkers_FullMethodName:                     {roles: lookers},
	workflowservice.WorkflowService_DescribeWorker_FullMethodName:                  {roles: lookers},
	operatorservice.OperatorService_ListSearchAttributes_FullMethodName:            {roles: append([]Role{Server}, lookers...)},

	// Deciding, starting, cancelling.
	workflowservice.WorkflowService_StartWorkflowExecution_FullMethodName:            {roles: operators, checks: []check{startsOurs}},
	workflowservice.WorkflowService_SignalWithStartWorkflowExecution_FullMethodName:  {roles: append([]Role{Watcher}, operators...), checks: []check{startsOurs, alarmsOfWatchers}},
	workflowservice.WorkflowService_SignalWorkflowExecution_FullMethodName:           {roles: append([]Role{Watcher}, operators...), checks: []check{changesOurs, alarmsOfWatchers}},
	workflowservice.WorkflowService_UpdateWorkflowExecution_FullMethodName:           {roles: append([]Role{Watcher}, operators...), checks: []check{changesOurs, alarmsOfWatchers}},
	workflowservice.WorkflowService_RequestCancelWorkflowExecution_FullMethodName:    only(Operator, changesOurs),
	workflowservice.WorkflowService_TerminateWorkflowExecution_FullMethodName:        only(Operator, changesOurs),
	workflowservice.WorkflowService_ResetWorkflowExecution_FullMethodName:            only(Operator, changesOurs),
	workflowservice.WorkflowService_CreateSchedule_FullMethodName:                    only(Operator, startsOurs),
	workflowservice.WorkflowService_UpdateSchedule_FullMethodName:                    only(Operator, startsOurs),
	workflowservice.WorkflowService_PatchSchedule_FullMethodName:                     only(Operator),
	workflowservice.WorkflowService_DeleteSchedule_FullMethodName:                    only(Operator),
	workflowservice.WorkflowService_SetWorkerDeploymentCurrentVersion_FullMethodName: only(Operator),
	workflowservice.WorkflowService_SetWorkerDeploymentRampingVersion_FullMethodName: only(Operator),
	workflowservice.WorkflowService_DeleteWorkerDeploymentVersion_FullMethodName:     only(Operator),
	workflowservice.WorkflowService_UpdateWorkflowExecutionOptions_FullMethodName:    only(Operator, changesOurs),

	// Preparing, on the server's own host.
	workflowservice.WorkflowService_RegisterNamespace_FullMethodName:   only(Server),
	workflowservice.WorkflowService_UpdateNamespace_FullMethodName:     only(Server),
	operatorservice.OperatorService_AddSearchAttributes_FullMethodName: only(Server),
}

func only(role Role, checks ...check) rule { return rule{roles: []Role{role}, checks: checks} }

// Policy of a server.
type Policy struct {
	// Namespace of the product: no other is spoken of, the server's own included.
	Namespace string
	Stamp     *Stamp
}

// Refusal of a call by a role; empty where it may.
func (p *Policy) Refusal(role Role, method string, request any) string {
	found, isKnown := rules[method]
	if !isKnown {
		return "nobody may call this"
	}
	if !slices.Contains(found.roles, role) {
		return "not for the role " + string(role)
	}
	if !found.isOfCluster {
		named, names := request.(interface{ GetNamespace() string })
		if !names || named.GetNamespace() != p.Namespace {
			return "another namespace"
		}
	}
	for _, check := range found.checks {
		if reason := check.fails(p, role, request); reason != "" {
			return reason
		}
	}
	return ""
}
