package main

import (
	"context"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/server/common/authorization"
	"google.golang.org/grpc"

	"believe/temporal-server/access"
)

// stampTasks writes on each step that is handed out whom it was handed to.
func stampTasks(stamp *access.Stamp) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		response, err := handler(ctx, request)
		task, isTask := response.(*workflowservice.PollActivityTaskQueueResponse)
		claims, _ := ctx.Value(authorization.MappedClaims).(*authorization.Claims)
		if role, isOurs := roleIn(claims); err == nil && isTask && isOurs && len(task.GetTaskToken()) > 0 {
			task.TaskToken = stamp.On(role, task.GetTaskToken())
		}
		return response, err
	}
}
