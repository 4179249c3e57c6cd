package main

import (
	"context"
	"crypto/tls"
	"fmt"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
	"go.temporal.io/server/common/rpc/encryption"

	"believe/temporal-server/access"
)

// claimMapper: the role of the certificate, or that of the person whose token comes beside it.
type claimMapper struct {
	namespace string
	tokens    authorization.ClaimMapper
}

func newClaimMapper(namespace string, cfg *config.Authorization, logger log.Logger) authorization.ClaimMapper {
	keys := authorization.NewDefaultTokenKeyProvider(cfg, logger)
	return &claimMapper{namespace, authorization.NewDefaultJWTClaimMapper(keys, cfg, logger)}
}

func (m *claimMapper) GetClaims(shown *authorization.AuthInfo) (*authorization.Claims, error) {
	role, isOurs := access.RoleOf(shown.TLSSubject)
	if !isOurs {
		return nil, fmt.Errorf("a certificate of no role: %v", shown.TLSSubject)
	}
	if shown.AuthToken == "" {
		return &authorization.Claims{Subject: string(role), Extensions: role}, nil
	}
	if !role.MaySpeakForOthers() {
		return nil, fmt.Errorf("a token beside the certificate of %s", role)
	}
	told, err := m.tokens.GetClaims(shown)
	if err != nil {
		return nil, err
	}
	// Of a token only what it says of this namespace counts, and only these two words of it.
	switch granted := told.Namespaces[m.namespace]; {
	case granted&authorization.RoleWriter != 0:
		return &authorization.Claims{Subject: told.Subject, Extensions: access.Operator}, nil
	case granted&authorization.RoleReader != 0:
		return &authorization.Claims{Subject: told.Subject, Extensions: access.Reader}, nil
	}
	return nil, fmt.Errorf("a token that grants %s neither read nor write of %s", told.Subject, m.namespace)
}

// roleIn what the mapper above has said.
func roleIn(claims *authorization.Claims) (access.Role, bool) {
	if claims == nil {
		return "", false
	}
	role, isOurs := claims.Extensions.(access.Role)
	return role, isOurs
}

type authorizer struct {
	policy *access.Policy
	logger log.Logger
}

func newAuthorizer(policy *access.Policy, logger log.Logger) authorization.Authorizer {
	// Whoever asks all the time fills no disk.
	return &authorizer{policy, log.NewThrottledLogger(logger, func() float64 { return 5 })}
}

func (a *authorizer) Authorize(_ context.Context, claims *authorization.Claims, target *authorization.CallTarget) (authorization.Result, error) {
	allowed := authorization.Result{Decision: authorization.DecisionAllow}
	role, isOurs := roleIn(claims)
	if !isOurs {
		// The internal frontend has a mapper of the server's own, and only the server's certificate comes to it.
		if claims != nil && claims.System == authorization.RoleAdmin {
			return allowed, nil
		}
		return authorization.Result{Decision: authorization.DecisionDeny}, nil
	}
	reason := a.policy.Refusal(role, target.APIName, target.Request)
	if reason == "" {
		return allowed, nil
	}
	a.logger.Warn("refused", tag.NewStringTag("role", string(role)), tag.NewStringTag("subject", claims.Subject),
		tag.NewStringTag("method", target.APIName), tag.NewStringTag("reason", reason))
	return authorization.Result{Decision: authorization.DecisionDeny, Reason: reason}, nil
}

// byRole lets in, at the handshake: to the frontend who has a role, and to the server's own services the server alone. A stream
// of gRPC is asked for no rights later.
type byRole struct{ encryption.TLSConfigProvider }

func (p byRole) GetFrontendServerConfig() (*tls.Config, error) {
	return admitting(p.TLSConfigProvider.GetFrontendServerConfig, func(access.Role) bool { return true })
}

func (p byRole) GetInternodeServerConfig() (*tls.Config, error) {
	return admitting(p.TLSConfigProvider.GetInternodeServerConfig, func(role access.Role) bool { return role == access.Server })
}

func admitting(of func() (*tls.Config, error), admits func(access.Role) bool) (*tls.Config, error) {
	base, err := of()
	if err != nil {
		return nil, err
	}
	if base == nil || base.GetConfigForClient == nil {
		return nil, fmt.Errorf("there is no TLS here")
	}
	verify := func(state tls.ConnectionState) error {
		if len(state.VerifiedChains) == 0 {
			return fmt.Errorf("no certificate")
		}
		subject := state.VerifiedChains[0][0].Subject
		if role, isOurs := access.RoleOf(&subject); !isOurs || !admits(role) {
			return fmt.Errorf("not for %s", subject.CommonName)
		}
		return nil
	}
	outer := base.Clone()
	outer.VerifyConnection = verify
	outer.MinVersion = tls.VersionTLS13
	// Certificates are read anew for each connection: a renewed one needs no restart.
	outer.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		inner, err := base.GetConfigForClient(hello)
		if err != nil {
			return nil, err
		}
		inner = inner.Clone()
		inner.VerifyConnection = verify
		inner.MinVersion = tls.VersionTLS13
		return inner, nil
	}
	return outer, nil
}
