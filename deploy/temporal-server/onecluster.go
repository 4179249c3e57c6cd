package main

import (
	"context"
	"time"

	"go.temporal.io/server/api/historyservice/v1"
	"go.temporal.io/server/client"
	"go.temporal.io/server/common"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/testing/testhooks"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// oneCluster: this server hands its histories on to no other. The method of the frontend that would is a stream, and streams are
// asked for no rights.
type oneCluster struct{}

func (oneCluster) NewFactory(
	rpc common.RPCFactory, monitor membership.Monitor, handler metrics.Handler, dynamic *dynamicconfig.Collection,
	hooks testhooks.TestHooks, shards int32, logger log.Logger, throttled log.Logger,
) client.Factory {
	return aloneFactory{client.NewFactoryProvider().NewFactory(rpc, monitor, handler, dynamic, hooks, shards, logger, throttled)}
}

type aloneFactory struct{ client.Factory }

func (f aloneFactory) NewHistoryClientWithTimeout(timeout time.Duration) (historyservice.HistoryServiceClient, error) {
	history, err := f.Factory.NewHistoryClientWithTimeout(timeout)
	return aloneHistory{history}, err
}

type aloneHistory struct {
	historyservice.HistoryServiceClient
}

func (aloneHistory) StreamWorkflowReplicationMessages(
	context.Context, ...grpc.CallOption,
) (historyservice.HistoryService_StreamWorkflowReplicationMessagesClient, error) {
	return nil, status.Error(codes.PermissionDenied, "this server has no other cluster")
}
