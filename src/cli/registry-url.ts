import { SelectionError } from '../discover/options.ts'
import { registryBaseOf } from '../discover/registry-url.ts'
import { UsageError } from './usage-error.ts'

/** Variables that count where the option is not given, the first one before the second. */
const variables = ['REGISTRY_DOCTOR_REGISTRY_URL', 'K3D_REGISTRY_HEALTHCHECK_URL'] as const

/**
 * Where the user says that this machine reaches the registry; undefined where nothing is said of it.
 * @throws UsageError that says which option or variable is wrong, and not what is in it: that may hold a password
 */
export function registryUrlOf(option: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const variable = variables.find((name) => env[name])
  const text = option ?? (variable && env[variable])
  if (text === undefined) return undefined
  try {
    return registryBaseOf(text)
  } catch (error) {
    if (error instanceof SelectionError) throw new UsageError(`${option === undefined ? variable : '--registry-url'}: ${error.message}`)
    throw error
  }
}

/** @throws UsageError where one is given for a bundle */
export function refuseRegistryUrl(option: string | undefined): void {
  if (option !== undefined) throw new UsageError('--registry-url is about live clusters: a bundle keeps the one it was made with')
}
