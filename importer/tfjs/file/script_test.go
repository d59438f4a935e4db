package file

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestScript(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"JSON", `module.exports = {"a": [1, -2.5, true, null]}`, `{"a":[1,-2.5,true,null]}`},
		{"minified", `!function(e){module.exports=e()}(n={exports:{}},function(e,a){a.exports={a:.5,$b_1:!0,c:!1,d:void 0,'e':1e3,f:0x1F,g:-.25e-3,h:[],i:{},}},{})`, `{"a":0.5,"$b_1":true,"c":false,"d":null,"e":1000,"f":31,"g":-0.00025,"h":[],"i":{}}`},
		{"module", "// a comment\nexport default { /* one */ a: [1,\n2,], };", `{"a":[1,2]}`},
		{"a text", "exports.default = `QUJD$`;", `"QUJD$"`},
		{"escapes", `exports="\x41\u0042\n\"\/\ud83d\ude00\
"`, `"AB\n\"/😀"`},
		{"JSON.parse", `module.exports=JSON.parse('{"a":"\\n"}')`, `{"a":"\n"}`},
		{"numbers that JSON has no word for", `exports={a:Infinity,b:-Infinity,c:NaN}`, `{"a":"Infinity","b":"-Infinity","c":"NaN"}`},
		{"an export of something else before", `if(exports==1)exports=e();exports = "x"`, `"x"`},
	} {
		if got, err := script([]byte(tt.in)); err != nil || string(got) != tt.want {
			t.Errorf("%s: got %s, %v, want %s", tt.name, got, err, tt.want)
		}
	}
	for _, tt := range []struct{ in, want string }{
		{"", "holds no value that it exports"}, {"let x = 1", "holds no value that it exports"}, {"module.exports = require('x')", "holds no value"},
		{`exports={a:b}`, `"b}" is no value`}, {`exports={a:1`, "want , or }"}, {`exports="a`, "a text has no end"}, {"exports=`${a}`", "which is code"},
		{`exports={a 1}`, "want : behind"}, {`exports={a:[` + strings.Repeat("[", 2000), "1000 deep"}, {`exports={"a":"\u12"}`, "no hexadecimal digits"}, {`exports={a:1__0}`, "is no value"},
	} {
		if got, err := script([]byte(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.30s: got %s, %v, want an error with %q", tt.in, got, err, tt.want)
		}
	}
}

// FuzzScript reads any module without a panic; what it makes of one is JSON.
func FuzzScript(f *testing.F) {
	for _, s := range []string{`module.exports={a:.5,"b":[!0,void 0,'x\x41',-1e-3],}`, "export default `QUJD`", `exports=JSON.parse('{"a":1}')`, "exports={}/*", `exports="\ud83d\ude00`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		made, err := script(data)
		if err == nil && !strings.Contains(string(data), "JSON.parse") && !json.Valid(made) {
			t.Errorf("%q is no JSON", made)
		}
		decodeShard(data)
	})
}
