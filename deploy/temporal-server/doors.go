package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/temporal"
)

// refuseOpenDoors: settings by which somebody could come in without a certificate, or be taken for somebody else.
func refuseOpenDoors(cfg *config.Config) error {
	for _, service := range temporal.Services {
		found, isThere := cfg.Services[service]
		if !isThere {
			return fmt.Errorf("services.%s is missing: without an internal frontend the server's own workers have no rights", service)
		}
		ip := net.ParseIP(found.RPC.BindOnIP)
		if ip == nil || found.RPC.BindOnLocalHost {
			return fmt.Errorf("services.%s.rpc.bindOnIP is to be an address", service)
		}
		if service != "frontend" && !ip.IsLoopback() {
			return fmt.Errorf("services.%s.rpc.bindOnIP is to be on loopback: only the frontend has roles", service)
		}
		if found.RPC.HTTPPort != 0 {
			return fmt.Errorf("services.%s.rpc.httpPort is to be 0: that door has no certificates of clients", service)
		}
	}
	for name, group := range map[string]config.GroupTLS{"frontend": cfg.Global.TLS.Frontend, "internode": cfg.Global.TLS.Internode} {
		own := group.Server
		if !own.RequireClientAuth || own.CertFile == "" || own.KeyFile == "" || len(own.ClientCAFiles) == 0 {
			return fmt.Errorf("global.tls.%s.server is to have certFile, keyFile, clientCaFiles and requireClientAuth", name)
		}
		if len(group.PerHostOverrides) > 0 || group.Client.DisableHostVerification || len(group.Client.RootCAFiles) == 0 {
			return fmt.Errorf("global.tls.%s is to verify the server's name by rootCaFiles, without hostOverrides", name)
		}
	}
	for name, store := range cfg.Persistence.DataStores {
		if store.SQL == nil || !strings.HasPrefix(store.SQL.PluginName, "postgres12") {
			return fmt.Errorf("persistence.datastores.%s is to be of postgres12", name)
		}
		if tls := store.SQL.TLS; tls == nil || !tls.Enabled || !tls.EnableHostVerification {
			return fmt.Errorf("persistence.datastores.%s.sql.tls is to be enabled, with enableHostVerification", name)
		}
	}
	if cfg.Global.PProf.Port != 0 {
		return errors.New("global.pprof.port is to be 0: it shows memory to whoever asks")
	}
	if cfg.DynamicConfigClient == nil {
		return errors.New("dynamicConfigClient.filepath is to be set")
	}
	return refuseTokensOfAnybody(&cfg.Global.Authorization)
}

// refuseTokensOfAnybody: keys that somebody on the way could change, and tokens that are meant for another service.
func refuseTokensOfAnybody(cfg *config.Authorization) error {
	if cfg.Authorizer != "" || cfg.ClaimMapper != "" {
		return errors.New("global.authorization.authorizer and claimMapper are to be absent: this server has its own")
	}
	for _, uri := range cfg.JWTKeyProvider.KeySourceURIs {
		found, err := url.Parse(uri)
		if err != nil {
			return fmt.Errorf("global.authorization.jwtKeyProvider.keySourceURIs: %w", err)
		}
		isHere := net.ParseIP(found.Hostname()).IsLoopback()
		if found.Scheme != "https" && !isHere {
			return fmt.Errorf("global.authorization.jwtKeyProvider.keySourceURIs: %s is to be https", uri)
		}
		if cfg.Audience == "" {
			return errors.New("global.authorization.audience is to be set: else a token for another service would count here")
		}
	}
	return nil
}
