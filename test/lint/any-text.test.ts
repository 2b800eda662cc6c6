import * as fc from 'fast-check'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { parseContainerdVersion } from '../../src/containerd/versions.ts'
import { lintFile } from '../../src/lint/lint.ts'
import { lintReport } from '../../src/lint/report.ts'
import { lintedFileSchema } from '../../src/model/lint-report.ts'
import { validateLint } from '../lint-contract.ts'

// prettier-ignore
const words = [
  'apiVersion: kind.x-k8s.io/v1alpha4\n', 'kind: Cluster\n', 'apiVersion: k3d.io/v1alpha5\n', 'kind: Simple\n', 'apiVersion: k3d.io/v1alpha2\n',
  'containerdConfigPatches:\n', '- |-\n', '  - |\n', '    ', '  ', '\t', 'containerdConfigPatchesJSON6902: ', "['[{\"op\": \"add\", \"path\": \"/a/-\", \"value\": 1}]']\n",
  'registries:\n', '  config: |\n', '  create:\n', '  use: [a, "b:1:2"]\n', 'options:\n  k3s:\n    extraArgs:\n', '    - arg: --disable-default-registry-endpoint\n', 'servers: 1e9\n',
  'mirrors:\n', 'configs:\n', '  "a:5000":\n', '  "*":\n', '    endpoint: ["http://a:5000"]\n', '    tls: {insecure_skip_verify: true}\n', '&a ', '*a ', '<<: *a\n', '!!binary ', '? ', ': ', '---\n', '...\n', '%TAG ! x\n', '# x\n',
  '[plugins."io.containerd.grpc.v1.cri".registry]\n', 'config_path = "/a:/b"\n', 'version = 3\n', '[host."http://a:1"]\n', 'server = "', '[[host', 'capabilities = ["pull"]\n', 'skip_verify = true\n',
  '"', "'", '[', ']', '{', '}', ',', '\n', '\r\n', '\r', '\0', '__proto__', 'constructor', 'toString: 1\n', '\uFEFF', '\uD800', '\u{1F98A}', '0x1F', '.nan', '~', 'yes',
]
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((list) => list.join('')),
)
const names = ['kind.yaml', 'k3d.yaml', 'registries.yaml', 'certs.d/localhost:5001/hosts.toml', 'config.toml', '-', 'x']
const path = fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 20 }))
const version = fc.constantFrom(undefined, '1.6.8', '1.7.23-k3s2', '2.1.4', '2.3.4', '9.9.9')
const k3s = fc.constantFrom(undefined, 'v1.24.1+k3s1', 'v1.29.1+k3s1', 'v1.34.1+k3s1')

test('of any text with any name there is a judgement, the same every time, in the form that is promised', () => {
  fc.assert(
    fc.property(path, text, version, k3s, (name, content, containerd, k3sVersion) => {
      const settings = { ...(containerd && { containerd: parseContainerdVersion(containerd)! }), ...(k3sVersion && { k3s: k3sVersion }) }
      const files = lintFile({ path: name, text: content }, settings)
      expect(lintFile({ path: name, text: content }, settings)).toEqual(files)
      for (const file of files ?? []) {
        expect(v.is(lintedFileSchema, file)).toBe(true)
        const lines = content.split('\n').length
        for (const { line, column } of file.problems) expect(line >= 1 && line <= lines && column >= 1, `${line}:${column}`).toBe(true)
      }
      validateLint(lintReport({ startedAt: '2026-11-21T10:00:00.000Z', durationMs: 0 }, files ?? [], 'error'))
    }),
    { numRuns: 2000 },
  )
}, 60_000)

test.each<[string, string]>([
  ['brackets', '['.repeat(20_000)],
  ['mappings', '{a: '.repeat(20_000)],
  ['indentation', Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
  ['tables', `a = ${'['.repeat(20_000)}`],
  ['dots', `[${'a.'.repeat(2_000)}a]\n`],
])('%s as deep as one likes end no run', (_what, deep) => {
  for (const name of names) expect(() => lintFile({ path: name, text: deep }, {})).not.toThrow()
  expect(() =>
    lintFile(
      {
        path: 'x',
        text: `apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\ncontainerdConfigPatches: ['${deep.replaceAll('\n', ' ')}']\n`,
      },
      {},
    ),
  ).not.toThrow()
})
