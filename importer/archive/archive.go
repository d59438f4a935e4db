package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"
)

// Archive is an opened archive. As a file system it holds the regular members, whose contents stay in memory once they
// are read; it has no folders to list.
type Archive struct {
	Path    string // of the file
	members map[string]*member
	left    int64 // bytes that may still be unpacked
}

// member is a file in an archive.
type member struct {
	size   int64
	mode   fs.FileMode
	data   []byte
	unpack func() (io.ReadCloser, error) // nil once data is there
}

// maxMembers bounds how many files an archive has.
const maxMembers = 1 << 16

// formats tell archives by the bytes at an offset.
var formats = []struct {
	at    int
	magic string
	open  func(a *Archive, data []byte) error
}{
	{0, "PK\x03\x04", (*Archive).zip},
	{0, "PK\x05\x06", (*Archive).zip}, // of no members
	{0, "\x1f\x8b", (*Archive).gzip},
	{257, "ustar", (*Archive).tar},
}

// longestMagic is how many bytes tell every format.
const longestMagic = 262

// format finds what opens an archive that begins with some bytes, nil if it is none.
func format(head []byte) func(a *Archive, data []byte) error {
	for _, f := range formats {
		if len(head) >= f.at && bytes.HasPrefix(head[f.at:], []byte(f.magic)) {
			return f.open
		}
	}
	return nil
}

// Is reports whether a path is that of an archive, by its first bytes.
func Is(name string) bool {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, longestMagic)
	n, _ := io.ReadFull(f, head) // a short file is told by what there is of it
	return format(head[:n]) != nil
}

// Open reads an archive. It may have at most limit bytes, and so may all that is unpacked of it.
func Open(name string, limit int64) (*Archive, error) {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("is not a regular file")
	}
	if err == nil && info.Size() > limit {
		err = fmt.Errorf("has %d bytes; the limit is %d", info.Size(), limit)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, cause(err))
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, cause(err))
	}
	a, err := New(data, limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	a.Path = name
	return a, nil
}

// New reads an archive from memory.
func New(data []byte, limit int64) (*Archive, error) {
	open := format(data)
	if open == nil {
		return nil, errors.New("is no zip, tar or tar.gz archive")
	}
	a := &Archive{members: map[string]*member{}, left: limit}
	return a, open(a, data)
}

// cause is err without the path and the system call that callers name better.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// put takes a member up. Archives name folders, too, which are passed over.
func (a *Archive) put(name string, m *member) error {
	if m.mode.IsDir() {
		return nil
	}
	clean := strings.TrimPrefix(name, "./")
	switch {
	case !fs.ValidPath(clean), strings.ContainsAny(clean, "\\\x00"), len(clean) > 1 && clean[1] == ':':
		return fmt.Errorf("member %.100q: want a path inside the archive", name)
	case a.members[clean] != nil:
		return fmt.Errorf("member %.100q stands in it twice", name)
	case len(a.members) == maxMembers:
		return fmt.Errorf("has more than %d members", maxMembers)
	}
	a.members[clean] = m
	return nil
}

// Names lists the regular members, in order.
func (a *Archive) Names() []string {
	var all []string
	for name, m := range a.members {
		if m.mode.IsRegular() {
			all = append(all, name)
		}
	}
	sort.Strings(all)
	return all
}

// Sub is the archive as one of its folders has it.
func (a *Archive) Sub(folder string) fs.FS {
	if folder == "." {
		return a
	}
	return sub{a, folder}
}

// sub is a folder of an archive. What fs.Sub makes names members by their whole path in errors, and this by the rest.
type sub struct {
	*Archive
	folder string
}

// Open opens a member.
func (s sub) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return s.Archive.Open(path.Join(s.folder, name))
}

// Stat says what a member is.
func (s sub) Stat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrInvalid}
	}
	return s.Archive.Stat(path.Join(s.folder, name))
}
