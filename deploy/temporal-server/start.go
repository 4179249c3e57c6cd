package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"strconv"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/metrics"
	_ "go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql" // the one database that is served from
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/common/rpc/encryption"
	"go.temporal.io/server/temporal"

	"believe/temporal-server/access"
)

func start(arguments []string) error {
	flags := flag.NewFlagSet("start", flag.ContinueOnError)
	folder := flags.String("config", "", "folder with server.yaml")
	namespace := flags.String("namespace", "", "the namespace of the product: no other is spoken of")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *folder == "" || *namespace == "" {
		return errors.New("start needs --config FOLDER and --namespace NAME")
	}
	cfg, err := config.LoadConfig("server", *folder, "")
	if err != nil {
		return err
	}
	if err := refuseOpenDoors(cfg); err != nil {
		return fmt.Errorf("%s: %w", *folder, err)
	}
	server, err := newServer(cfg, *namespace)
	if err != nil {
		return err
	}
	return server.Start()
}

func newServer(cfg *config.Config, namespace string) (temporal.Server, error) {
	logger := log.NewZapLogger(log.BuildZapLogger(cfg.Log))
	stamp, err := stampOf(cfg.Global.TLS.Frontend.Server.KeyFile)
	if err != nil {
		return nil, err
	}
	provider, err := encryption.NewTLSConfigProviderFromConfig(
		cfg.Global.TLS, metrics.NoopMetricsHandler, logger, nil)
	if err != nil {
		return nil, err
	}
	policy := &access.Policy{Namespace: namespace, Stamp: stamp}
	dynamic, err := dynamicconfig.NewFileBasedClient(cfg.DynamicConfigClient, logger, temporal.InterruptCh())
	if err != nil {
		return nil, err
	}
	return temporal.NewServer(
		temporal.ForServices(temporal.Services),
		temporal.WithConfig(cfg),
		temporal.WithDynamicConfigClient(dynamic),
		temporal.WithLogger(logger),
		temporal.InterruptOn(temporal.InterruptCh()),
		temporal.WithStaticHosts(hostsOf(cfg)),
		temporal.WithTLSConfigFactory(byRole{provider}),
		temporal.WithAuthorizer(newAuthorizer(policy, logger)),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper {
			return newClaimMapper(namespace, &cfg.Global.Authorization, logger)
		}),
		temporal.WithAudienceGetter(func(*config.Config) authorization.JWTAudienceMapper {
			return authorization.NewAudienceMapper(cfg.Global.Authorization.Audience)
		}),
		temporal.WithChainedFrontendGrpcInterceptors(stampTasks(stamp)),
		temporal.WithClientFactoryProvider(oneCluster{}),
	)
}

// hostsOf every service: this one. Without a ring there is no port on which members find each other, which knows no TLS.
func hostsOf(cfg *config.Config) map[primitives.ServiceName]static.Hosts {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for _, service := range temporal.Services {
		rpc := cfg.Services[service].RPC
		ip := rpc.BindOnIP
		if net.ParseIP(ip).IsUnspecified() {
			ip = "127.0.0.1"
		}
		hosts[primitives.ServiceName(service)] = static.SingleLocalHost(net.JoinHostPort(ip, strconv.Itoa(rpc.GRPCPort)))
	}
	return hosts
}

// stampOf the server's own key, which a renewed certificate keeps: no secret more to be kept.
func stampOf(keyFile string) (*access.Stamp, error) {
	text, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s holds no key as PEM", keyFile)
	}
	if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err != nil {
		return nil, fmt.Errorf("%s: %w", keyFile, err)
	}
	return access.NewStamp(block.Bytes)
}
