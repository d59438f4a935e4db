package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/energeticc/energeticc/importer/onnx/pb"
)

// external reads what tensors keep in files beside the model. Tensors that name the
// same bytes share them.
type external struct {
	mu    sync.Mutex
	seen  map[extent][]byte
	total int64 // bytes in seen
}

// extent is a stretch of an external file.
type extent struct {
	location string // slash-separated, relative to the model's folder
	offset   int64
	length   int64 // -1: not given
}

// read is the data of one tensor. Where no length is given the tensor's own counts,
// and the file may go on behind it.
func (x *external) read(m *Model, entries []*pb.StringStringEntryProto, s spec) ([]byte, error) {
	e, err := extentOf(entries)
	if err != nil {
		return nil, err
	}
	if e.length < 0 {
		e.length = int64(s.bytes)
	}
	if e.length != int64(s.bytes) {
		return nil, fmt.Errorf("external data has length %d; %s needs %d", e.length, s, s.bytes)
	}
	if m.Folder == "" && m.files == nil {
		return nil, fmt.Errorf("external data %q: there is no model folder to read it from", e.location)
	}

	x.mu.Lock()
	defer x.mu.Unlock()
	data, ok := x.seen[e]
	if !ok {
		if e.length > m.limits.Max()-x.total {
			return nil, fmt.Errorf("external data of all tensors exceeds the limit of %d bytes", m.limits.Max())
		}
		if data, err = m.readExtent(e); err != nil {
			return nil, fmt.Errorf("external data %q: %w", e.location, err)
		}
		if x.seen == nil {
			x.seen = map[extent][]byte{}
		}
		x.seen[e] = data
		x.total += e.length
	}
	return s.raw("external data", data)
}

// extentOf reads the keys that ONNX defines. A checksum (of the whole file, SHA-1) and
// keys of exporters' own are passed over.
func extentOf(entries []*pb.StringStringEntryProto) (extent, error) {
	e := extent{length: -1}
	seen := map[string]bool{}
	for _, kv := range entries {
		key, value := kv.GetKey(), kv.GetValue()
		if key != "location" && key != "offset" && key != "length" {
			continue
		}
		if seen[key] {
			return e, fmt.Errorf("external data has two entries of %s", key)
		}
		seen[key] = true
		var err error
		switch key {
		case "location":
			e.location, err = value, checkLocation(value)
		case "offset":
			e.offset, err = parseSize(key, value)
		case "length":
			e.length, err = parseSize(key, value)
		}
		if err != nil {
			return e, err
		}
	}
	if !seen["location"] {
		return e, errors.New("external data has no location")
	}
	return e, nil
}

// parseSize reads an offset or a length.
func parseSize(key, value string) (int64, error) {
	n, err := strconv.ParseUint(value, 10, 63)
	if err != nil {
		return 0, fmt.Errorf("external data has %s %.40q; want a number from 0 to 2^63-1", key, value)
	}
	return int64(n), nil
}

// checkLocation refuses, before any file is touched and alike on every system, what
// cannot be a path inside the model's folder.
func checkLocation(location string) error {
	drive := len(location) >= 2 && location[1] == ':' && (location[0]|0x20) >= 'a' && (location[0]|0x20) <= 'z'
	switch {
	case location == "":
		return errors.New("external data has an empty location")
	case strings.HasPrefix(location, "/"), drive,
		strings.ContainsAny(location, "\\\x00"),
		strings.Contains(location, "://"),
		!filepath.IsLocal(filepath.FromSlash(location)):
		return fmt.Errorf("external data lies at %.100q; want a slash-separated path inside the model's folder", location)
	}
	return nil
}

// readExtent reads a stretch of a file of the model's folder. A root keeps symbolic
// links inside the folder; archives do not follow any.
func (m *Model) readExtent(e extent) ([]byte, error) {
	if m.files != nil {
		return readExtent(m.files, e)
	}
	root, err := os.OpenRoot(m.Folder)
	if err != nil {
		return nil, cause(err)
	}
	defer root.Close()
	return readExtent(root.FS(), e)
}

// readExtent reads a stretch of a file. A named pipe would block on opening, so the
// kind is asked for first.
func readExtent(folder fs.FS, e extent) ([]byte, error) {
	name := path.Clean(e.location)
	info, err := fs.Stat(folder, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w; want a file in the model's folder, not a link out of it", cause(err))
	}
	if err != nil {
		return nil, cause(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	f, err := folder.Open(name)
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	r, ok := f.(io.ReaderAt)
	if !ok {
		return nil, fmt.Errorf("a %T is not read from the middle", f)
	}
	if size := info.Size(); e.offset > size || e.length > size-e.offset {
		return nil, fmt.Errorf("the file has %d bytes; the tensor needs %d from byte %d", size, e.length, e.offset)
	}
	data := make([]byte, e.length)
	if _, err := io.ReadFull(io.NewSectionReader(r, e.offset, e.length), data); err != nil {
		return nil, fmt.Errorf("changed while it was read: %w", cause(err))
	}
	return data, nil
}
