import * as fc from 'fast-check'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Step } from '../../src/model/finding.ts'
import { spliced } from '../../src/model/splice.ts'
import { quote } from '../../src/remedies/quote.ts'
import { printed, showStep } from '../../src/remedies/show.ts'

const shells = ['sh', 'bash', 'dash'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0)
/** Runs a script and returns what it printed, cut at each NUL. */
const run = (shell: string, script: string): string[] => {
  const { stdout, stderr } = spawnSync(shell, [], { input: script, encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.split('\0').slice(0, -1)
}

/** What shells and printf take for something else than itself. */
const tricky = [
  '',
  ' ',
  "'",
  "''",
  `'"'`,
  '"',
  '\\',
  '\\\\',
  "\\'",
  '\\n',
  '\\0',
  '\\c',
  '\\x41',
  '%s',
  '%b%',
  '-n',
  '--',
  '-',
  '$HOME',
  '$(id)',
  '`id`',
  '!!',
  '*',
  '~',
  '#x',
  'a b',
  ' a',
  'a ',
  '\t',
  'a\nb',
  '\n',
  '\n\n',
  'x\n',
  '\r\n',
  'ü',
  '世界',
  '🩺',
  '&&',
  ';',
  '|',
  '>',
  '<',
  '(',
  '{a,b}',
  '[a]',
  '\u0001',
  '\u001b[31m',
  '\u007f',
  '\\u0041',
  '\\101',
  '\b',
  '\u00a0',
  'a\\\nb',
  '=',
  '^',
  '?',
  '\\\\n',
]
const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
  fc.array(fc.constantFrom(...tricky), { maxLength: 6 }).map((parts) => parts.join('')),
)

describe.each(shells)('in %s', (shell) => {
  test('a quoted word is that word', () => {
    const words = [...tricky, ...fc.sample(word, 500)].filter((one) => one !== '$node')
    expect(run(shell, `printf '%s\\0' ${words.map(quote).join(' ')}`)).toEqual(words)
  })

  test('printed text is that text, on one line', () => {
    const texts = [...tricky, ...fc.sample(word, 500)]
    const commands = texts.map(printed)
    for (const command of commands) expect(command).not.toMatch(/[\n\r]/)
    expect(run(shell, commands.map((command) => `${command}; printf '\\0'`).join('\n'))).toEqual(texts)
  })

  test('the variable of a loop is the one word that is not taken literally', () => {
    expect(run(shell, `for node in a b; do printf '%s\\0' ${quote('$node')}; done`)).toEqual(['a', 'b'])
  })

  const hostile = `a'b "$(echo no)" \`id\`\n;c`
  test.each<[Step, string[]]>([
    [{ op: 'container.start', container: hostile }, ['start', hostile]],
    [{ op: 'container.unpause', container: hostile }, ['unpause', hostile]],
    [{ op: 'container.restart', container: hostile }, ['restart', hostile]],
    [
      {
        op: 'container.run',
        container: hostile,
        image: hostile,
        publish: hostile,
        restart: hostile,
        volume: hostile,
        env: { [hostile]: hostile },
      },
      [
        'run',
        '-d',
        `--restart=${hostile}`,
        '-p',
        hostile,
        '-v',
        `${hostile}:/var/lib/registry`,
        '-e',
        `${hostile}=${hostile}`,
        '--name',
        hostile,
        hostile,
      ],
    ],
    [
      {
        op: 'container.run',
        container: hostile,
        image: 'registry:3',
        publish: '127.0.0.1:5001:5000',
        restart: 'always',
        files: [{ from: hostile, path: hostile, mode: 0o600 }],
      },
      ['create', '--restart=always', '-p', '127.0.0.1:5001:5000', '--name', hostile, 'registry:3']
        .concat(['cp', hostile, `${hostile}:${hostile}`])
        .concat(['start', hostile]),
    ],
    [{ op: 'image.push', source: hostile, target: 'b' }, ['tag', hostile, 'b', 'push', 'b']],
    [{ op: 'image.push', source: hostile, target: hostile }, ['push', hostile]],
    [{ op: 'path.move', node: hostile, from: hostile, to: hostile }, ['exec', hostile, 'mv', hostile, hostile]],
    [
      { op: 'container.run', container: hostile, image: hostile, publish: hostile, restart: hostile } as const,
      ['run', '-d', `--restart=${hostile}`, '-p', hostile, '--name', hostile, hostile],
    ],
    [
      { op: 'network.connect', network: hostile, container: hostile, aliases: [hostile, 'b'] } as const,
      ['network', 'connect', '--alias', hostile, '--alias', 'b', hostile, hostile],
    ],
    [{ op: 'network.disconnect', network: hostile, container: hostile }, ['network', 'disconnect', hostile, hostile]],
    [{ op: 'service.restart', node: hostile, service: hostile }, ['exec', hostile, 'systemctl', 'restart', hostile]],
  ])('$0.op hands every word over as it is', (step, words) => {
    expect(run(shell, `docker() { printf '%s\\0' "$@"; }\n${showStep(step)}`)).toEqual(words)
  })

  test('file.put writes the content at the path, in a shell of the node', () => {
    const step = { op: 'file.put', node: 'n', path: `/a b/it's/hosts.toml`, content: `[host."x"]\n  a = 'b\\c'\n`, expect: null } as const
    const script = `docker() { shift 5; printf '%s\\0' "$1"; cat; printf '\\0'; }`
    const [inner, content] = run(shell, `${script}\n${showStep(step)}`)
    expect(content).toBe(step.content)
    expect(run(shell, `mkdir() { printf '%s\\0' "$@"; }\n${inner!.replace(/&& cat.*$/, '')}`)).toEqual(['-p', `/a b/it's`])
  })

  test('file.copy takes the file out of the archive that docker gives of it', () => {
    const step = {
      op: 'file.copy',
      node: hostile,
      path: `/a b/it's/ca.crt`,
      from: { container: 'reg', path: hostile },
      expect: null,
    } as const
    const script = `docker() {
      if [ "$1" = cp ]; then printf '%s\\0' "$@" >&3; cd "$(mktemp -d)" && printf 'a\\\\nb\\n' > f && tar -cf - f
      else text=$(cat; echo .); printf '%s\\0' "$3" "$6" "\${text%.}" >&3; fi
    }`
    const [cp, follow, source, target, ...rest] = run(shell, `exec 3>&1\n${script}\n${showStep(step)}`)
    expect([cp, follow, source, target]).toEqual(['cp', '-L', `reg:${hostile}`, '-'])
    expect(rest.toSorted()).toEqual([hostile, `mkdir -p '/a b/it'\\''s' && cat > '/a b/it'\\''s/ca.crt'`, 'a\\nb\n'].toSorted())
  })

  test.each([
    ['a line in front of the first', { line: 1, remove: 0, insert: ['x'] }],
    ['a line in between', { line: 2, remove: 0, insert: ['x'] }],
    ['lines at the end', { line: 4, remove: 0, insert: ['x', '', '  y'] }],
    ['another first line', { line: 1, remove: 1, insert: ['x'] }],
    ['lines for lines', { line: 1, remove: 2, insert: ['x', 'y', 'z'] }],
    ['lines for all', { line: 1, remove: 3, insert: ['x'] }],
    ['a line less', { line: 2, remove: 1, insert: [] }],
    ['lines less', { line: 2, remove: 2, insert: [] }],
    ['what sed and shells read otherwise', { line: 2, remove: 1, insert: tricky.filter((one) => !one.includes('\n')) }],
    ['a line with a line break of Windows', { line: 2, remove: 1, insert: ['x\r', '\\', 'y\\'] }],
  ])('file.splice: %s', (_what, splice) => {
    const folder = mkdtempSync(join(tmpdir(), 'rd-splice-'))
    try {
      for (const text of ['a\n  b\n\\c\n', 'a\n  b\n\\c']) {
        const path = join(folder, `it's "a" file`)
        writeFileSync(path, text)
        const shown = showStep({ op: 'file.splice', node: `n it's`, path, ...splice, expect: 'a' })
        expect(shown).not.toMatch(/[\n\r]/)
        expect(run(shell, `docker() { shift 3; "$@"; }\n${shown}`)).toEqual([])
        // A shell that writes a file anew keeps its missing last line break; nothing hangs on it.
        expect(readFileSync(path, 'utf8').replace(/\n?$/, '\n')).toBe(spliced(text, splice))
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('pod.delete hands namespace and pod over as they are', () => {
    const step = { op: 'pod.delete', cluster: 'dev', kubectl: 'kubectl --context kind-dev', namespace: hostile, pod: hostile } as const
    expect(run(shell, `kubectl() { printf '%s\\0' "$@"; }\n${showStep(step)}`)).toEqual([
      '--context',
      'kind-dev',
      '-n',
      hostile,
      'delete',
      'pod',
      hostile,
    ])
  })

  test('cluster.create gives the configuration to kind', () => {
    const step = { op: 'cluster.create', provider: 'kind', cluster: hostile, config: `kind: Cluster\nname: '\\'\n` } as const
    expect(run(shell, `kind() { printf '%s\\0' "$@"; cat; printf '\\0'; }\n${showStep(step)}`)).toEqual([
      'create',
      'cluster',
      '--name',
      hostile,
      '--config',
      '-',
      step.config,
    ])
  })

  test('configmap.put gives kubectl one literal for each key', () => {
    const step = {
      op: 'configmap.put',
      cluster: 'dev',
      kubectl: 'kubectl --context kind-dev',
      namespace: 'kube-public',
      name: 'x',
      data: { 'a.v1': `{host: "localhost:5001"}` },
    } as const
    expect(run(shell, `kubectl() { [ "$3" = apply ] && { cat; return; }; printf '%s\\0' "$@"; }\n${showStep(step)}`)).toEqual([
      '--context',
      'kind-dev',
      '-n',
      'kube-public',
      'create',
      'configmap',
      'x',
      '--from-literal=a.v1={host: "localhost:5001"}',
      '--dry-run=client',
      '-o',
      'yaml',
    ])
  })
})

test.each([
  [{ op: 'manual', text: 'do it' } as const, 'do it'],
  [{ op: 'manual', command: 'docker ps' } as const, 'docker ps'],
  [{ op: 'manual' } as const, ''],
])('a manual step shows what it says', (step, shown) => {
  expect(showStep(step)).toBe(shown)
})
