package file

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/energeticc/energeticc/importer/onnx/pb"
)

// Limits bound what a model may cost to read.
type Limits struct {
	// MaxBytes bounds, each on its own: the model file, its decoded form, one tensor,
	// and the external data of all tensors together. Zero means 4 GB.
	MaxBytes int64
}

// defaultMaxBytes is 4 GB.
const defaultMaxBytes = 4 << 30

// Max is MaxBytes, or what holds without one.
func (l Limits) Max() int64 {
	if l.MaxBytes <= 0 {
		return defaultMaxBytes
	}
	return l.MaxBytes
}

// Model is an opened ONNX file. The zero Model has no folder; it decodes every tensor
// that holds its own data. Its methods may be called concurrently.
type Model struct {
	Proto  *pb.ModelProto
	SHA256 [32]byte // of the file
	Size   int64    // of the file, in bytes
	Path   string   // the .onnx file itself, also where a folder was named
	Folder string   // where external data lies, "" in an archive
	Name   string   // the file's name without .onnx

	files    fs.FS // where external data lies in an archive
	limits   Limits
	external external
	dense    atomic.Int64 // bytes of sparse tensors made dense
}

// Open reads the model at path: a .onnx file, or a folder that holds exactly one.
func Open(path string, limits Limits) (*Model, error) {
	path, err := find(path)
	if err != nil {
		return nil, err
	}
	data, err := read(path, limits.Max())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m := newModel(path, data, limits)
	m.Folder = filepath.Dir(path)
	return m.decoded(data)
}

// OpenFS reads the model that a folder, such as one of an archive, holds under a name;
// external data lies in that folder. path is what errors call the model.
func OpenFS(folder fs.FS, name, path string, limits Limits) (*Model, error) {
	info, err := fs.Stat(folder, name)
	if err == nil && info.Size() > limits.Max() {
		err = fmt.Errorf("has %d bytes; the limit is %d", info.Size(), limits.Max())
	}
	var data []byte
	if err == nil {
		data, err = fs.ReadFile(folder, name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	m := newModel(path, data, limits)
	m.files = folder
	return m.decoded(data)
}

// newModel is a model before it is decoded.
func newModel(path string, data []byte, limits Limits) *Model {
	return &Model{
		Proto:  new(pb.ModelProto),
		SHA256: sha256.Sum256(data),
		Size:   int64(len(data)),
		Path:   path,
		Name:   strings.TrimSuffix(filepath.Base(path), ".onnx"),
		limits: limits,
	}
}

// decoded is the model with what the bytes of its file hold.
func (m *Model) decoded(data []byte) (*Model, error) {
	if err := m.decode(data); err != nil {
		return nil, fmt.Errorf("%s: %w", m.Path, err)
	}
	return m, nil
}

// decode fills m.Proto from the bytes of a file.
func (m *Model) decode(data []byte) error {
	err := Decode(data, m.Proto, m.limits)
	if err == nil && m.Proto.Graph == nil {
		err = errors.New("holds no graph; want an ONNX model")
	}
	if err != nil {
		if kind, advice := recognise(data); kind != "" {
			return fmt.Errorf("is %s, not an ONNX model; %s", kind, advice)
		}
	}
	return err
}

// find turns what the user named into the path of a .onnx file.
func find(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, cause(err))
	}
	if !info.IsDir() {
		return path, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, cause(err))
	}
	var found []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".onnx" && !e.IsDir() {
			found = append(found, e.Name())
		}
	}
	switch len(found) {
	case 1:
		return filepath.Join(path, found[0]), nil
	case 0:
		return "", fmt.Errorf("%s: the folder holds no .onnx file", path)
	default:
		return "", fmt.Errorf("%s: the folder holds %d .onnx files (%s, %s, …); name one of them", path, len(found), found[0], found[1])
	}
}

// read takes in a regular file of at most limit bytes. A named pipe or a device would
// block or never end, and is refused before it is opened.
func read(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, cause(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("has %d bytes; the limit is %d", info.Size(), limit)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, fmt.Errorf("changed while it was read: %w", cause(err))
	}
	return data, nil
}

// cause is err without the path and the system call that callers name better.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
