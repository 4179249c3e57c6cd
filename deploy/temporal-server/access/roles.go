// Package access says who may call what of a Temporal server that serves this product alone. It knows the server's API and
// nothing of the server.
package access

import (
	"crypto/x509/pkix"
	"slices"
)

// Role is what a certificate of the product's own authority names (`believe certs issue --role`), as CN and as OU.
type Role string

const (
	// Server is the Temporal server itself; to the frontend, whoever prepares the namespace on its host.
	Server       Role = "server"
	Orchestrator Role = "orchestrator"
	Research     Role = "research"
	Broker       Role = "broker"
	// Watcher raises and clears alarms, hands on who answered one, and looks at queues, schedules and ships.
	Watcher  Role = "watcher"
	Operator Role = "operator"
	Reader   Role = "reader"
)

// Roles are all there are, in the order of the table.
var Roles = []Role{Operator, Orchestrator, Research, Broker, Watcher, Reader, Server}

// RoleOf a certificate that was verified. None where it does not name exactly one role, as our authority writes it.
func RoleOf(subject *pkix.Name) (Role, bool) {
	if subject == nil || len(subject.OrganizationalUnit) != 1 || len(subject.Organization) != 1 {
		return "", false
	}
	role := Role(subject.CommonName)
	isOurs := subject.Organization[0] == "believe" && subject.OrganizationalUnit[0] == subject.CommonName
	return role, isOurs && slices.Contains(Roles, role)
}

// MaySpeakForOthers is true of certificates beside which a person's token counts: those of the Web UI and of command lines. A
// token beside a tier's certificate would let that tier be somebody else.
func (r Role) MaySpeakForOthers() bool { return r == Reader || r == Operator }
