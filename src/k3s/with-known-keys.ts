import { isMap, isScalar, parseDocument } from 'yaml'
import { readRegistriesYaml } from './registries-yaml.ts'

/**
 * A registries.yaml whose keys are as k3s knows them, where it is plain which one was meant; all else stays.
 * @returns the text as it is where nothing is to be done, or nothing can be
 */
export function withKnownKeys(text: string): string {
  const read = readRegistriesYaml(text)
  if (read.kind === 'refused') return text
  const meant = read.unknownKeys.filter((one) => one.near !== undefined)
  const document = parseDocument(text, { logLevel: 'silent' })
  if (meant.length === 0 || document.errors.length > 0) return text
  for (const { path, near } of meant) {
    const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1))
    const pair = isMap(parent) && !parent.has(near) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined
    if (pair && isScalar(pair.key)) pair.key.value = near
  }
  return document.toString({ lineWidth: 0 })
}
