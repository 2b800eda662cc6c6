/** `status`: what the lab has and what runs. Looks only, so it needs no lock. */
import { readdir } from 'node:fs/promises'
import { type ClusterNote, notedClusters, readNote } from './cluster-note.ts'
import { dockerOutput, engineAnswers, k3dNodes, kindNodes } from './docker.ts'
import { engineSummary } from './engine.ts'
import { findProgram } from './packages.ts'
import { cacheDir, cachePath } from './paths.ts'
import { generated } from './k3d-config.ts'
import { k3dRegistry, kindRegistry, registryState } from './registry.ts'

const groups = ['bin', 'rootfs', 'images']

async function artifacts(): Promise<readonly string[]> {
  const lines: string[] = []
  for (const group of groups) {
    const names = await readdir(cachePath(group)).catch((): string[] => [])
    for (const name of names.toSorted()) lines.push(`  ${group}/${name}`)
  }
  return lines
}

/** What a cluster is made of, in a line; those who read it rely on its first word. */
function describe(note: ClusterNote): string {
  const words =
    note.provider === 'kind'
      ? [note.configPath || 'no config_path', note.registry || 'no registry']
      : [
          'k3d',
          note.registry === 'use' || (note.registry === 'create' ? 'a registry of its own' : 'no registry'),
          note.registries === generated || 'its own registries.yaml',
          note.flagOn === 'none' || `no default endpoint on ${note.flagOn === 'all' ? 'all nodes' : note.flagOn}`,
        ]
  return [`containerd ${note.containerd}`, ...words.filter((word) => typeof word === 'string')].join(', ')
}

async function clusters(): Promise<readonly string[]> {
  const nodes = [...(await kindNodes()), ...(await k3dNodes())]
  const names = new Set([...nodes.map((n) => n.cluster), ...(await notedClusters())])
  const lines: string[] = []
  for (const name of [...names].toSorted()) {
    const note = await readNote(name)
    const shape = note ? describe(note) : 'not made by the lab'
    lines.push(`  ${name}: ${shape}${note?.complete === false ? ', not finished' : ''}`)
    const own = nodes.filter((n) => n.cluster === name)
    for (const node of own) lines.push(`    ${node.name}  ${node.state}  ${node.image}`)
    if (own.length === 0) lines.push('    no containers')
  }
  return lines
}

async function labImages(): Promise<readonly string[]> {
  const format = '{{.Repository}}:{{.Tag}}  {{.Size}}'
  const images = await dockerOutput(['images', '--filter', 'reference=registry-doctor-lab/*', '--format', format])
  return images
    .split('\n')
    .filter(Boolean)
    .map((line) => `  ${line}`)
    .toSorted()
}

/** The report as text. */
export async function status(): Promise<string> {
  const lines = [`engine: ${await engineSummary()}`, `cache: ${cacheDir()}`, ...(await artifacts())]
  if (findProgram('docker') && (await engineAnswers())) {
    lines.push('images:', ...(await labImages()), 'clusters:', ...(await clusters()))
    for (const registry of [kindRegistry, k3dRegistry]) {
      lines.push(`registry: ${registry.container} ${(await registryState(registry)) ?? 'absent'} (${registry.host})`)
    }
  }
  return `${lines.join('\n')}\n`
}
