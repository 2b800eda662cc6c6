import { faults } from '../../lab/faults.ts'
import { setUps } from '../../lab/set-ups.ts'
import type { Wanted } from './cluster-suite.ts'

/** What is like something else that is in the core set. */
export const leftOutOfCoreSet: readonly string[] = [
  'worker-stopped',
  'config-path-list',
  'hosts-toml-push-only',
  'registry-named-by-host-port',
  'mirror-failure-hidden',
  'pull-queue-blocked',
  'registry-stopped-port-taken',
  'hosts-toml-directory-is-file',
  'node-dns-silent',
  'node-proxy-silent',
  'registry-certificate-wrong-name',
  'registry-certificate-expired',
  'image-not-in-registry-near',
  'registry-content-gone',
  'registry-forbids',
  'registry-server-error',
  'registry-paused',
  'a dead endpoint before the one that serves',
  'the directory in its other form, localhost_5001_',
  'certs.d as a link to another directory',
  "the registry's IPv6 address as endpoint",
  'override_path with the whole path',
  'capabilities, a header and keys that nobody knows',
  'a hosts.toml for the name of the container too',
  'a mirror of Docker Hub beside it that is not there',
  'a registry over TLS that is not verified',
  'config_path in a file that config.toml imports',
  'a registry that listens on port 80',
  'a registry over TLS with a certificate in the style of Docker, and pods that name the container',
]

const chosen = (leftOut: boolean): Wanted => ({
  faults: faults.filter((one) => leftOutOfCoreSet.includes(one.name) === leftOut),
  setUps: setUps.filter((one) => leftOutOfCoreSet.includes(one.name) === leftOut),
})

/** What is made whenever a change is judged, and what is made beside it where everything is. */
export const coreSet = chosen(false)
export const besideCoreSet = chosen(true)
