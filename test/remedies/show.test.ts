import * as fc from 'fast-check'
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { Step } from '../../src/model/finding.ts'
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
