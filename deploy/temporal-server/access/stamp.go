package access

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"

	"google.golang.org/protobuf/encoding/protowire"
)

// stampField of the token of a task, a protobuf message: a field that no version of the server has, so that it is passed over.
const stampField = 99_173

// Stamp binds the token of a step to the role that it was given to.
type Stamp struct{ key []byte }

// NewStamp of a secret that stays the same when the server starts again: steps under way are answered then, too.
func NewStamp(secret []byte) (*Stamp, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "believe: tokens of steps", sha256.Size)
	if err != nil {
		return nil, err
	}
	return &Stamp{key: key}, nil
}

// On returns the token with the stamp of the role.
func (s *Stamp) On(role Role, token []byte) []byte {
	stamped := protowire.AppendTag(bytes.Clone(token), stampField, protowire.BytesType)
	return protowire.AppendBytes(stamped, s.of(role, token))
}

// Holds where the token is one that was stamped for the role, unchanged.
func (s *Stamp) Holds(role Role, stamped []byte) bool {
	size := len(s.On(role, nil))
	if len(stamped) <= size {
		return false
	}
	token := stamped[:len(stamped)-size]
	return hmac.Equal(stamped, s.On(role, token))
}

func (s *Stamp) of(role Role, token []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(role))
	mac.Write([]byte{0})
	mac.Write(token)
	return mac.Sum(nil)
}
