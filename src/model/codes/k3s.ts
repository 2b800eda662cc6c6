import type { CodeInfo } from './code-info.ts'

/** k3s' registries.yaml and what it becomes on the nodes of a k3d cluster. */
export const k3sCodes = {
  'registries-yaml-missing': {
    severity: 'error',
    title: 'k3s knows nothing of the registry: its nodes have no registries.yaml',
    explanation:
      'k3s writes hosts.toml files from /etc/rancher/k3s/registries.yaml, and only from there. k3d puts that file on the nodes where the cluster is created with `--registry-create`, `--registry-use` or `--registry-config`, and at no other time. ' +
      'Without it containerd asks every registry host but localhost over HTTPS: `http: server gave HTTP response to HTTPS client`. The name must be registries.yaml; `registries.yml` is not read, and no file is no error.',
    repair:
      'Write registries.yaml and the hosts.toml that k3s makes of it on every node. containerd reads the hosts.toml at the next pull and k3s the registries.yaml at its next start, so nothing has to be restarted. For new clusters name the registry in the k3d configuration.',
  },
  'registries-yaml-invalid': {
    severity: 'error',
    title: 'k3s does not start with this registries.yaml',
    explanation:
      'The registries.yaml of a node is no YAML, or a value in it has another type than k3s expects, such as `endpoint` with a text instead of a list. k3s reads the file once, at its start, and does not come up with it: it logs the reason and tries again without end, or ends. A node that runs goes on with what was read before, until it is restarted.',
    repair: 'Correct the file where the finding points. Nothing has to be restarted for it where the node still runs.',
  },
  'registries-yaml-unknown-key': {
    severity: 'error',
    title: 'k3s ignores a key of registries.yaml',
    explanation:
      'k3s passes over keys that it does not know and says nothing: `mirror` instead of `mirrors`, `endpoints` instead of `endpoint`, `config` instead of `configs`, `insecureSkipVerify` instead of `insecure_skip_verify`. What stands under such a key has no effect, so the default endpoint is asked over HTTPS.',
    repair: 'Write the key as k3s knows it, and the hosts.toml that k3s makes of the file. Nothing has to be restarted.',
  },
  'registries-yaml-key-mismatch': {
    severity: 'error',
    title: 'no mirror of registries.yaml is for the registry host of the images',
    explanation:
      'A key of `mirrors` is compared with the `host[:port]` of an image as it is written: a key with a scheme (`http://…`), without the port, or with another name leads no image anywhere. ' +
      'k3d writes mirrors for the name of the registry with its own and with its published port, and none for `localhost:PORT`: an image of localhost is asked from the node itself.',
    repair:
      'Add a mirror for the registry host to registries.yaml on every node, and the hosts.toml that k3s makes of it; or name the images as the mirrors do. Nothing has to be restarted.',
  },
  'registries-yaml-not-applied': {
    severity: 'error',
    title: 'what k3s runs with is not what registries.yaml says',
    explanation:
      'k3s reads registries.yaml once, at its start, and writes the hosts.toml files then. The file has been edited since: with what k3s would make of it the registry would be reached, with what lies there now it is not. This is told by comparing contents, never by file times.',
    repair:
      'Write the hosts.toml that k3s makes of registries.yaml; containerd reads it at the next pull. Restarting the node does the same, and removes its bare pods.',
  },
  'hosts-toml-will-be-overwritten': {
    severity: 'warning',
    title: 'a hosts.toml that works is lost when the node is started again',
    explanation:
      'The registry is reached by a hosts.toml that k3s does not make of the registries.yaml that is there: it was edited by hand, or registries.yaml was changed since. k3s writes these files anew at every start, and with what it will write the registry is not reached.',
    repair: 'Write into registries.yaml what the hosts.toml says. Nothing has to be restarted.',
  },
  'default-endpoint-flag-ineffective': {
    severity: 'warning',
    title: '--disable-default-registry-endpoint has no effect where the error comes from',
    explanation:
      'The flag makes k3s leave the default endpoint (`server = "https://…"`) out of a hosts.toml, so that a missing image shows as what it is. It counts on the node that is given it and on no other, only for hosts of `mirrors`, and not where `configs` has an entry for the same host, be it empty. ' +
      'The default endpoint is asked last and keeps no image from being pulled; it only hides a 404 of the mirror behind `http: server gave HTTP response to HTTPS client` (containerd 1.x).',
    repair: 'Push the image. To see the true error next time, give the flag to servers and agents and take the entry out of `configs`.',
  },
} as const satisfies Record<string, CodeInfo>
