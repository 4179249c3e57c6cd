// Reads a log as a stranger would: by Go's own tlog and note, from the log's folder alone.
//
//	go-tlog check <folder> <verifier key> <origin>    checkpoint, tiles, inclusion of every entry, consistency with every size
//	go-tlog vectors                                   roots, proofs and notes, to compare others with
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func main() {
	var result any
	var err error
	switch {
	case len(os.Args) == 5 && os.Args[1] == "check":
		result, err = check(os.Args[2], os.Args[3], os.Args[4])
	case len(os.Args) == 2 && os.Args[1] == "vectors":
		result, err = vectors()
	default:
		err = fmt.Errorf("usage: check <folder> <verifier key> <origin> | vectors")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(result); err != nil {
		os.Exit(1)
	}
}

// tiles reads tiles as C2SP lays them out: tile/<level>/<index>, without the height that Go's own paths carry.
type tiles struct{ folder string }

func (t tiles) Height() int                                { return height }
func (t tiles) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		name := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.folder, name))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

type checked struct {
	Size    int64    `json:"size"`
	Root    string   `json:"root"`
	Entries []string `json:"entries"`
}

func check(folder, verifierKey, origin string) (*checked, error) {
	verifier, err := note.NewVerifier(verifierKey)
	if err != nil {
		return nil, err
	}
	message, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return nil, err
	}
	opened, err := note.Open(message, note.VerifierList(verifier))
	if err != nil {
		return nil, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != origin {
		return nil, fmt.Errorf("no checkpoint of %s: %q", origin, opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return nil, err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return nil, err
	}
	// Checks every tile that it reads against the root.
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles{folder})
	entries, err := readEntries(folder, size)
	if err != nil {
		return nil, err
	}
	result := &checked{Size: size, Root: root.String()}
	for n, entry := range entries {
		proof, err := tlog.ProveRecord(size, int64(n), reader)
		if err != nil {
			return nil, err
		}
		if err := tlog.CheckRecord(proof, size, root, int64(n), tlog.RecordHash(entry)); err != nil {
			return nil, fmt.Errorf("entry %d: %w", n, err)
		}
		result.Entries = append(result.Entries, fmt.Sprintf("%x", entry))
	}
	for old := int64(1); old <= size; old++ {
		oldRoot, err := tlog.TreeHash(old, reader)
		if err != nil {
			return nil, err
		}
		proof, err := tlog.ProveTree(size, old, reader)
		if err != nil {
			return nil, err
		}
		if err := tlog.CheckTree(proof, size, root, old, oldRoot); err != nil {
			return nil, fmt.Errorf("size %d: %w", old, err)
		}
	}
	return result, nil
}

func readEntries(folder string, size int64) ([][]byte, error) {
	var entries [][]byte
	for index := int64(0); index*256 < size; index++ {
		width := min(256, size-index*256)
		tile := tlog.Tile{H: height, L: 0, N: index, W: int(width)}
		name := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return nil, err
		}
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			entries = append(entries, data[2:2+length])
			data = data[2+length:]
		}
	}
	if int64(len(entries)) != size {
		return nil, fmt.Errorf("%d entries of %d", len(entries), size)
	}
	return entries, nil
}

type treeVector struct {
	Size        int64               `json:"size"`
	Root        string              `json:"root"`
	Inclusion   map[string][]string `json:"inclusion"`
	Consistency map[string][]string `json:"consistency"`
}

type allVectors struct {
	Trees []treeVector      `json:"trees"`
	Tiles map[string]string `json:"tiles"`
	Seed  string            `json:"seed"`
	Name  string            `json:"name"`
	Key   string            `json:"verifierKey"`
	Text  string            `json:"text"`
	Note  string            `json:"note"`
}

// Entry n of the trees is the sha256 of its number in decimal.
func vectors() (*allVectors, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, index := range indexes {
			hashes = append(hashes, stored[index])
		}
		return hashes, nil
	})
	result := &allVectors{Tiles: map[string]string{}}
	shown := map[int64]bool{1: true, 2: true, 3: true, 7: true, 8: true, 13: true, 255: true, 256: true, 257: true, 600: true}
	for size := int64(1); size <= 600; size++ {
		entry := sha256.Sum256([]byte(strconv.FormatInt(size-1, 10)))
		hashes, err := tlog.StoredHashes(size-1, entry[:], reader)
		if err != nil {
			return nil, err
		}
		stored = append(stored, hashes...)
		if !shown[size] {
			continue
		}
		vector, err := treeOf(size, reader)
		if err != nil {
			return nil, err
		}
		result.Trees = append(result.Trees, *vector)
	}
	for _, tile := range []tlog.Tile{{H: 8, L: 0, N: 0, W: 256}, {H: 8, L: 0, N: 2, W: 88}, {H: 8, L: 1, N: 0, W: 2}, {H: 8, L: 3, N: 1234067, W: 256}} {
		result.Tiles[strings.Replace(tile.Path(), "tile/8/", "tile/", 1)] = fmt.Sprintf("%d/%d/%d", tile.L, tile.N, tile.W)
	}
	return withNote(result)
}

func treeOf(size int64, reader tlog.HashReader) (*treeVector, error) {
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		return nil, err
	}
	vector := &treeVector{Size: size, Root: root.String(), Inclusion: map[string][]string{}, Consistency: map[string][]string{}}
	for _, n := range []int64{0, 1, size / 2, size - 1} {
		if n >= size {
			continue
		}
		proof, err := tlog.ProveRecord(size, n, reader)
		if err != nil {
			return nil, err
		}
		vector.Inclusion[strconv.FormatInt(n, 10)] = texts(proof)
	}
	for _, n := range []int64{1, 2, (size + 1) / 2, size - 1, size} {
		if n < 1 || n > size {
			continue
		}
		proof, err := tlog.ProveTree(size, n, reader)
		if err != nil {
			return nil, err
		}
		vector.Consistency[strconv.FormatInt(n, 10)] = texts(proof)
	}
	return vector, nil
}

func texts(hashes []tlog.Hash) []string {
	all := []string{}
	for _, hash := range hashes {
		all = append(all, hash.String())
	}
	return all
}

func withNote(result *allVectors) (*allVectors, error) {
	seed := sha256.Sum256([]byte("a key for vectors, and for nothing else"))
	private := ed25519.NewKeyFromSeed(seed[:])
	name := "believe.example/vectors"
	key, err := note.NewEd25519VerifierKey(name, private.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	hash := strings.Split(key, "+")[1]
	secret := append([]byte{1}, seed[:]...)
	signer, err := note.NewSigner("PRIVATE+KEY+" + name + "+" + hash + "+" + base64.StdEncoding.EncodeToString(secret))
	if err != nil {
		return nil, err
	}
	text := name + "\n600\n" + result.Trees[len(result.Trees)-1].Root + "\n"
	message, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(message, []byte(text)) {
		return nil, fmt.Errorf("the note does not begin with its text")
	}
	result.Seed, result.Name, result.Key = fmt.Sprintf("%x", seed), name, key
	result.Text, result.Note = text, string(message)
	return result, nil
}
