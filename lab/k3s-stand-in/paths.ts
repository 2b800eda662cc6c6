/** Where k3s keeps its files, as far as the stand-in has them. */
export const agentDir = '/var/lib/rancher/k3s/agent'
export const serverDir = '/var/lib/rancher/k3s/server'

export const containerdDir = `${agentDir}/etc/containerd`
export const certsDir = `${containerdDir}/certs.d`
export const containerdState = '/run/k3s/containerd'
export const containerdSocket = `${containerdState}/containerd.sock`
export const cniConfigDir = `${agentDir}/etc/cni/net.d`
export const cniBinDir = '/var/lib/rancher/k3s/data/cni'
/** Archives of images that are imported at every start. */
export const imagesDir = `${agentDir}/images`

export const configFile = '/etc/rancher/k3s/config.yaml'
export const registriesFile = '/etc/rancher/k3s/registries.yaml'
export const adminKubeconfig = '/etc/rancher/k3s/k3s.yaml'

/** Not k3s': the programs that are parts of k3s' one binary, and what they print. */
export const programsDir = '/opt/k3s-stand-in'
export const logsDir = '/var/log/k3s-stand-in'
