import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recreateCommands } from '../../src/remedies/recreate-commands.ts'
import { showStep } from '../../src/remedies/show.ts'

// docker is a script that logs its words, and answers to inspect what the engine's JSON comes to by the templates.
const hostile = `a'b "$(echo no)" \`id\`\n;c\\`
const step = { op: 'container.recreate', container: 'reg', publish: [{ hostIp: '127.0.0.1', hostPort: 5001, port: 5000 }] } as const
const given = { ...step, publish: [...step.publish] }

describe('a container is made anew', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rd-recreate-'))
    const script = `#!/bin/sh
[ "$1" = "$FAILS" ] && exit 1
if [ "$1" = inspect ]; then
  case "$3" in *Cmd*) cat "$SETTINGS" ;; *) cat "$NETWORKS" ;; esac
  echo
  exit 0
fi
for word in "$@"; do printf '%s\\0' "$word" >> "$LOG"; done
printf '\\0' >> "$LOG"
`
    writeFileSync(join(folder, 'docker'), script)
    chmodSync(join(folder, 'docker'), 0o755)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const runIn = (
    line: string,
    { words = ['--network=bridge'], networks = '', fails = '' } = {},
  ): { status: number | null; ran: string[][] } => {
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const env = {
      PATH: `${folder}:${process.env['PATH']}`,
      SETTINGS: file('settings', words.join('\u001e')),
      NETWORKS: file('networks', networks),
      LOG: file('log', ''),
      FAILS: fails,
    }
    const { status } = spawnSync('sh', ['-c', line], { env, encoding: 'utf8' })
    const log = spawnSync('cat', [env.LOG], { encoding: 'utf8' }).stdout
    return {
      status,
      ran: log
        .split('\0\0')
        .slice(0, -1)
        .map((one) => one.split('\0')),
    }
  }

  test('with every word that it had, each taken as it is', () => {
    const words = ['--network=kind', '--env', hostile, '--label', '$x *', 'registry:3', 'serve', '/etc/a b.yml']
    const { status, ran } = runIn(showStep(given), { words, networks: '--alias=reg\u001ekind\nother\n' })
    expect(ran).toEqual([
      ['stop', 'reg'],
      ['rename', 'reg', 'reg-old'],
      ['create', '--name', 'reg', '-p', '127.0.0.1:5001:5000', '--volumes-from', 'reg-old', ...words],
      ['network', 'connect', '--alias=reg', 'kind', 'reg'],
      ['network', 'connect', 'other', 'reg'],
      ['start', 'reg'],
      ['rm', 'reg-old'],
    ])
    expect(status).toBe(0)
  })

  test.each([
    ['stop', []],
    ['rename', ['stop']],
    ['create', ['stop', 'rename']],
    ['network', ['stop', 'rename', 'create']],
    ['start', ['stop', 'rename', 'create', 'network']],
  ])('the old one stays where %s fails', (fails, before) => {
    const { status, ran } = runIn(showStep(given), { networks: 'kind\n', fails })
    expect(ran.map(([word]) => word)).toEqual(before)
    expect(status).not.toBe(0)
  })

  test('each line is a command of its own', () => {
    const lines = recreateCommands(given)
    for (const line of lines) {
      expect(line).not.toMatch(/[\n\r]/)
      expect(spawnSync('sh', ['-n', '-c', line]).status).toBe(0)
    }
    expect(lines.join(' && ')).toBe(showStep(given))
  })

  test('what is asked of the engine is a template of Go, whose ends are there', () => {
    for (const [template] of recreateCommands(given)
      .join('\n')
      .matchAll(/'[^']*\{\{[^']*'/g)) {
      const opened = template.match(/\{\{(?:range|with|if) /g) ?? []
      expect(template.match(/\{\{end\}\}/g)).toHaveLength(opened.length)
    }
  })
})
