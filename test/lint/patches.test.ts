import { describe, expect, test } from 'vitest'
import { jsonPatch, mergePatch, PatchError } from '../../src/lint/kind/json-patch.ts'
import type { Json } from '../../src/model/json.ts'

// RFC 7386, appendix A.
test.each<[Json, Json, Json]>([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [['a', 'b'], { a: 'b', c: null }, { a: 'b' }],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('merge %j with %j', (target, patch, expected) => {
  expect(mergePatch(target, patch)).toEqual(expected)
})

// RFC 6902, appendix A.
test.each<[string, Json, readonly Json[], Json]>([
  ['add a member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { foo: 'bar', baz: 'qux' }],
  ['add an element', { foo: ['bar', 'baz'] }, [{ op: 'add', path: '/foo/1', value: 'qux' }], { foo: ['bar', 'qux', 'baz'] }],
  ['append an element', { foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['abc'] }], { foo: ['bar', ['abc']] }],
  ['remove a member', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
  ['remove an element', { foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
  ['replace', { baz: 'qux' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo' }],
  ['move', { foo: { a: 1 }, qux: {} }, [{ op: 'move', from: '/foo/a', path: '/qux/b' }], { foo: {}, qux: { b: 1 } }],
  ['copy', { foo: 1 }, [{ op: 'copy', from: '/foo', path: '/bar' }], { foo: 1, bar: 1 }],
  ['test', { foo: ['a', 2] }, [{ op: 'test', path: '/foo/1', value: 2 }], { foo: ['a', 2] }],
  [
    'names with a slash and a tilde',
    { 'a/b': 1, '~1': 2 },
    [
      { op: 'remove', path: '/a~1b' },
      { op: 'remove', path: '/~01' },
    ],
    {},
  ],
])('%s', (_what, target, operations, expected) => {
  expect(jsonPatch(target, JSON.stringify(operations))).toEqual(expected)
})

describe('refused', () => {
  test.each<[string, string]>([
    ['no JSON', '[{'],
    ['no list', '{}'],
    ['an unknown operation', '[{"op": "put", "path": "/a", "value": 1}]'],
    ['a member of what is not there', '[{"op": "add", "path": "/b/c", "value": 1}]'],
    ['removing what is not there', '[{"op": "remove", "path": "/b"}]'],
    ['replacing what is not there', '[{"op": "replace", "path": "/b", "value": 1}]'],
    ['a test that fails', '[{"op": "test", "path": "/a", "value": 2}]'],
    ['a path that is none', '[{"op": "remove", "path": "a"}]'],
    ['no path', '[{"op": "remove"}]'],
    ['a member of a number', '[{"op": "add", "path": "/a/b", "value": 1}]'],
  ])('%s', (_what, patch) => {
    expect(() => jsonPatch({ a: 1 }, patch)).toThrow(PatchError)
  })
})
