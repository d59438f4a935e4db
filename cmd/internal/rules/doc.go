// Package rules holds tests of the whole repository: what may import what.
package rules
