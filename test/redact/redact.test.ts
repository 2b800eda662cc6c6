import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createRedactor } from '../../src/redact/redact.ts'

const redact = createRedactor(new Uint8Array(32).fill(7))
const marker = /\[redacted:[0-9a-f]{10}\]/g

/** Secrets that no rule about their form knows; what stands in the cases is built from them. */
const s = 'Zq7-pX4wLm2vR9'
const b64 = Buffer.from(`user:${s}`).toString('base64')
const pem = (kind: string): string => `-----BEGIN ${kind}-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC${s}\nAAAABBBB\n-----END ${kind}-----`
const encodedKey = Buffer.from(pem('RSA PRIVATE KEY')).toString('base64')
const hexToken = `K10${'0123456789abcdef'.repeat(4)}::server:${s}`

const secrets: Record<string, readonly [value: unknown, ...secrets: string[]]> = {
  // Keys
  'a private key': [pem('PRIVATE KEY'), s, 'AAAABBBB'],
  'an RSA private key in a text': [`before\n${pem('RSA PRIVATE KEY')}\nafter`, s],
  'an encrypted private key': [pem('ENCRYPTED PRIVATE KEY'), s],
  'a PGP private key': [pem('PGP PRIVATE KEY BLOCK'), s],
  'a private key that is cut off': [`-----BEGIN EC PRIVATE KEY-----\nMIIE${s}`, s],
  'a private key on one line of JSON': [JSON.stringify({ pem: pem('PRIVATE KEY') }), s],
  'a private key in base64': [{ file: encodedKey }, encodedKey.slice(40, 80)],
  'a private key in base64 in a text': [`key: ${encodedKey}\n`, encodedKey.slice(40, 80)],
  // URLs
  'a password in a URL': [`http://user:${s}@proxy:3128/`, s],
  'a password without a user': [`redis://:${s}@host:6379`, s],
  'a password with an at sign': [`http://user:${s}@more${s}@proxy:3128`, s],
  'a password with a slash': [`http://user:${s}/more-${s}@proxy:3128`, s],
  'a password with a quote': [{ HTTP_PROXY: `http://user:${s}"tail${s}@proxy:3128` }, s],
  'a token as the user of a URL': [`https://ghs${s}${s}@github.com/x`, s],
  'a database URL': [`mysql://k3s:${s}@tcp(db:3306)/k3s`, s],
  'two URLs in a sentence': [`dial http://a:${s}@b:1 or https://c:${s}9@d`, s, `${s}9`],
  'a URL as a key': [{ auths: { [`https://user:${s}@registry:5000`]: {} } }, s],
  'a URL in a Go error': [`proxyconnect tcp: dial "http://me:${s}@10.0.0.1:3128": connection refused`, s],
  // Environments
  'an environment as a table': [{ REGISTRY_HTTP_SECRET: s, REGISTRY_PROXY_PASSWORD: `${s}1`, K3S_TOKEN: `${s}2` }, s],
  'an environment as a list': [['PATH=/bin', `REGISTRY_PROXY_PASSWORD=${s} with spaces, and commas ${s}`], s],
  'an environment file': [`A=1\nDB_PASSWORD=${s} and ${s}\nB=2`, s],
  'a proxy': [{ https_proxy: `http://user:${s}@proxy:3128` }, s],
  'a proxy without a scheme': [{ HTTPS_PROXY: `user:${s}@proxy:3128` }, s],
  'a proxy without a scheme in a text': [`Environment="HTTP_PROXY=user:${s}@proxy:3128"`, s],
  'cloud keys': [
    { AWS_SECRET_ACCESS_KEY: s, REGISTRY_STORAGE_S3_SECRETKEY: s, REGISTRY_STORAGE_AZURE_ACCOUNTKEY: s, REGISTRY_STORAGE_S3_ACCESSKEY: s },
    s,
  ],
  'short words for it': [{ DB_PASS: s, MYSQL_PWD: s, SSH_PASSPHRASE: s }, s],
  'docker credentials in an environment': [{ DOCKER_AUTH_CONFIG: `{"auths":{"r:5000":{"auth":"${b64}"}}}` }, b64],
  // Arguments
  'a flag and its value': [['k3s', 'server', '--token', s, '--write-kubeconfig-mode', '644'], s],
  'a flag with its value': [['server', `--agent-token=${s}`], s],
  "k3s' short flag": [['/bin/k3s', 'agent', '-t', s], s],
  'a k3s token under any name': [{ note: `joined with ${hexToken}` }, s],
  'a flag in a command line': [`kubeadm join 172.18.0.2:6443 --token ${s} --discovery-token-ca-cert-hash sha256:ab`, s],
  'a quoted flag in a command line': [`sh -c 'k3s agent --token="${s} x${s}" --debug'`, s],
  'a shell quotation': [`--password='it'\\''s ${s}'`, s],
  'a header as an argument': [['curl', '-H', `X-Registry-Token: ${s}`, '-H', `Authorization: Whatever ${s} ${s}`], s],
  'a data store': [['--datastore-endpoint', `postgres://k3s:${s}@db/k3s`], s],
  // Headers
  'Authorization: Basic': [`Authorization: Basic ${b64}`, b64],
  'authorization: bearer': [`authorization: bearer ${s}`, s],
  'an Authorization header of another scheme': [`Authorization: Digest username="u", response="${s}", nonce="${s}"`, s],
  'an Authorization header that is short': [{ headers: { Authorization: ['Basic abc', `x${s}`] } }, 'Basic abc', s],
  'Proxy-Authorization': [`Proxy-Authorization: Basic ${b64}`, b64],
  'a token in a GitHub header': [`> Authorization: token ${s}`, s],
  cookies: [{ 'set-cookie': `session=${s}; Path=/` }, s],
  'cookies in a text': [`Cookie: a=${s}; b=${s}`, s],
  'a bearer token in a sentence': [`sent Bearer ${s}, was refused`, s],
  'a header in a dump of ctr': [`time="2026-01-01T00:00:00Z" level=info msg="Authorization: Basic ${b64}"`, b64],
  'a JSON web token under any name': [{ note: `eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJr${s}.${s}` }, s],
  // Files
  'docker config.json': [`{"auths": {"localhost:5001": {"auth": "${b64}", "identitytoken": "${s}"}}}`, b64, s],
  'docker config.json, cut off': [`{"auths": {"localhost:5001": {"auth": "${b64}", "identitytoken": "${s}"`, b64, s],
  'containerd credentials': [
    `[plugins."io.containerd.grpc.v1.cri".registry.configs."r:5000".auth]\n  username = "u"\n  password = "${s}"\n  auth = '${b64}'`,
    s,
    b64,
  ],
  'a header in hosts.toml': [`[host."http://r:5000".header]\n  Authorization = ["Basic ${b64}"]\n`, b64],
  'a header in hosts.toml, inline': [`[host."http://r:5000"]\n  header = { authorization = "Bearer ${s}", x-api-key = ["${s}"] }\n`, s],
  'a header of any name in hosts.toml': [`[host."http://r:5000".header]\n  X-JFrog-Art-Api = "${s}"\n  x-own = [\n    "${s}1",\n  ]\n`, s],
  'a list over several lines': [`authorization = [\n  "Basic ${b64}",\n  "${s}"\n]`, b64, s],
  'a TOML text of several lines': [`password = """\n${s}\nmore ${s}"""\nnext = 1`, s],
  'registries.yaml': [`configs:\n  "r:5000":\n    auth:\n      username: u\n      password: ${s} ${s}\n      auth: ${b64}`, s, b64],
  'a YAML block': [`data:\n  token: |\n    ${s}\n    second ${s}\n  other: 1`, s],
  'a folded YAML block': [`- token: >-\n    ${s}\n`, s],
  'a YAML list': [`headers:\n  Authorization:\n    - Bearer ${s}\n    - "${s} x"\n  Other: [a]`, s],
  'a YAML flow': [`{user: u, password: ${s} ${s}, realm: x}`, s],
  "distribution's notifications": [`headers:\n  Authorization: [Bearer ${s}]`, s],
  kubeconfig: [
    `users:\n- name: u\n  user:\n    client-key-data: ${b64}\n    token: ${s}\n    auth-provider:\n      config:\n        id-token: ${s}\n        client-secret: ${s}`,
    s,
    b64,
  ],
  'kubeconfig as JSON': [{ users: [{ name: 'u', user: { 'client-key-data': b64, token: s } }] }, s, b64],
  'JSON in JSON in JSON': [{ annotation: JSON.stringify({ inner: JSON.stringify({ password: s }) }) }, s],
  'escaped JSON in a log line': [`msg="got {\\"password\\":\\"${s}\\",\\"n\\":1}"`, s],
  'twice escaped JSON in a log line': [`msg="got {\\\\\\"password\\\\\\":\\\\\\"${s}\\\\\\"}"`, s],
  'a key that stands there twice': [`{"password":"${s}","password":""}`, s],
  'a numeric password': [{ password: 8_231_945_660 }, '8231945660'],
  htpasswd: [`user:$2y$05$${s}abcdefghijklmnop\nother:$apr1$${s}$abc`, s],
  'assignments in a URL query': [`GET /v2/?account=u&access_token=${s}`, s],
  // Kubernetes
  'a variable of a pod': [
    {
      env: [
        { name: 'DB_PASSWORD', value: s },
        { name: 'X', value: 'y' },
      ],
    },
    s,
  ],
  'a variable of a pod in an annotation': [{ annotations: { last: `{"env":[{"name":"API_TOKEN","value":"${s}"}]}` } }, s],
  'a variable of a pod in YAML': [`env:\n- name: DB_PASSWORD\n  value: ${s} ${s}\n- name: X\n  value: y`, s],
  'a Secret': [{ kind: 'Secret', metadata: { name: 'x' }, data: { anything: b64 }, stringData: { other: s } }, b64, s],
  'a ConfigMap': [{ kind: 'ConfigMap', data: { 'app.yaml': `db:\n  password: ${s}\n`, 'api-key': s } }, s],
  // Texts that quote
  'a password in a sentence': [`login failed with password: ${s}`, s],
  'a password of plain letters in a sentence': ['login failed with password: correcthorse', 'correcthorse'],
  'a field of logfmt': [`level=info token=${s} msg=x`, s],
  'a query that holds quotes': [`auth="${s}\\" more ${s}"`, s],
  'a marker that is not ours before a secret': [`password=[redacted:0123456789]${s}`, s],
  'a marker that is not ours beside a secret': [{ token: `[redacted:0123456789] ${s}` }, s],
}

const harmless: Record<string, unknown> = {
  digest: 'localhost:5001/token@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'image names': [
    'localhost:5001/auth:v1',
    'token:1',
    'secret-app:1.0',
    'r:5000/secret/api-key:latest',
    'auth@sha256:ab',
    'kind-registry:5000/credential-helper:2',
  ],
  'addresses whose names hold such words': [
    'http://secret-registry:5000/v2/',
    'auth:5000',
    'https://token.example:443/auth/token',
    '[::1]:5000',
  ],
  'a challenge': {
    'www-authenticate': 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull"',
  },
  'a challenge in a dump': String.raw`time="2026-01-01T00:00:00Z" level=info msg="Www-Authenticate: Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\""`,
  'a challenge of basic': 'Www-Authenticate: Basic realm="Registry Realm"',
  'an authorization_uri': 'WWW-Authenticate: Bearer authorization_uri="https://login.example/common"',
  'names of secrets': {
    secretName: 'regcred',
    imagePullSecrets: [{ name: 'regcred' }],
    secretRef: { name: 'x' },
    secretKeyRef: { name: 'a', key: 'b' },
  },
  'names of secrets in YAML': 'imagePullSecrets:\n- name: regcred\nvolumes:\n- secret:\n    secretName: regcred\n    defaultMode: 420\n',
  'a service account token volume': { serviceAccountToken: { expirationSeconds: 3607, path: 'token' }, automountServiceAccountToken: true },
  'file names': [
    '/var/run/secrets/kubernetes.io/serviceaccount/token',
    '/etc/containerd/certs.d/token:5000/client.key',
    '/auth/htpasswd',
    '--token-file=/run/token',
    '--tls-private-key-file=/k',
  ],
  'paths in environments': {
    REGISTRY_AUTH_HTPASSWD_PATH: '/auth/htpasswd',
    REGISTRY_AUTH_TOKEN_REALM: 'https://a/token',
    REGISTRY_HTTP_TLS_KEY: '/certs/k',
    PWD: '/root/x',
    OLDPWD: '/var/x',
  },
  'ways of authentication': { REGISTRY_AUTH: 'htpasswd', auth: 'token' },
  'a hosts.toml':
    'server = "https://registry-1.docker.io"\n\n[host."http://kind-registry:5000"]\n  capabilities = ["pull", "resolve"]\n  skip_verify = true\n  ca = "/etc/certs/token-ca.pem"\n  client = [["/certs/secret.cert", "/certs/secret.key"]]\n',
  "kind's configuration":
    '[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n[plugins."io.containerd.grpc.v1.cri".registry.mirrors."auth:5000"]\n  endpoint = ["http://auth:5000"]\n',
  'a dump of ctr':
    'time="2026-01-01T00:00:00Z" level=debug msg="do request" host="kind-registry:5000" request.header.accept="application/vnd.docker.distribution.manifest.v2+json, */*" url="http://kind-registry:5000/v2/token/manifests/1?ns=localhost%3A5001"',
  "containerd's errors": [
    'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://a/token?service=b: 401 Unauthorized',
    'failed to authorize: failed to fetch oauth token: unexpected status: 403 Forbidden',
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials',
    'Basic authentication required',
    'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
    "invalid character 'x' looking for beginning of value, unexpected token: eof",
  ],
  'user names and ports': [
    'http://user@host/',
    'ssh://me@host:22',
    'tcp://10.0.0.1:2376',
    'unix:///var/run/docker.sock',
    'http://[fc00::2]:5000/a@sha256:1',
  ],
  'a certificate': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  'a certificate in base64': {
    'certificate-authority-data': Buffer.from('-----BEGIN CERTIFICATE-----\nMIIBabcdefghijklmnopqrst\n').toString('base64'),
  },
  'a network that is called auth': {
    aliases: { auth: ['kind-registry', 'a1b2c3'], 'secret-net': ['r'] },
    entries: { '/a/token': { type: 'dir' } },
  },
  'switches and small numbers': { token: true, secret: null, password: '', auth: [], tokens: 12, '--enable-bootstrap-token-auth': 'true' },
  'flags that name ways': [
    'kube-apiserver',
    '--authorization-mode=Node,RBAC',
    '--token-ttl',
    '0',
    '--discovery-token-ca-cert-hash',
    'sha256:1',
  ],
  'words that only sound so': { author: 'me', authority: 'x', passthrough: 'y', compass: 'north', bypass: 'z', tokenizer_path: '/a' },
  prose: 'The token expires soon. Passwords are stored elsewhere; see authorization (RFC 7235).',
  'JSON with spaces': '{ "a" : [1, 2],\n  "b": "c" }',
}

describe('redact replaces', () => {
  test.each(Object.entries(secrets))('%s', (_what, [value, ...planted]) => {
    const text = JSON.stringify(redact(value))
    for (const secret of planted) expect(text).not.toContain(secret)
    expect(text).toMatch(marker)
  })
})

describe('redact changes nothing the second time', () => {
  test.each(Object.entries(secrets))('%s', (_what, [value]) => {
    const once = redact(value)
    expect(redact(once)).toEqual(once)
  })
})

describe('redact leaves alone', () => {
  test.each(Object.entries(harmless))('%s', (_what, value) => {
    expect(redact(value)).toEqual(value)
  })
})

const incidents = new URL('../../incidents/', import.meta.url)
describe('redact leaves alone what was recorded where no secret was', () => {
  test.each(readdirSync(incidents))('%s', (incident) => {
    const bundle = readFileSync(new URL(`${incident}/bundle.json`, incidents), 'utf8')
    const observations = (JSON.parse(bundle) as { observations: unknown[] }).observations
    expect(redact(observations)).toEqual(observations)
    expect(redact(bundle), 'also as one text').toBe(bundle)
  })
})

test('what was replaced in a text stays when that text stands in another one', () => {
  const once = redact(`client-certificate-data: ${s}\nclient-key-data: ${s}\n`)
  expect(once).not.toContain(s)
  expect(redact(JSON.stringify({ text: once }))).toBe(JSON.stringify({ text: once }))
  expect(redact(`token: [redacted:abc]${s}`)).not.toContain(s)
})

describe('what stands around a secret stays', () => {
  test.each<[unknown, unknown]>([
    [`http://user:${s}@proxy:3128/path`, 'http://user:*@proxy:3128/path'],
    [`password = "${s}" # why`, 'password = "*" # why'],
    [`password = '${s}'\nnext = 'x'`, "password = '*'\nnext = 'x'"],
    [`Authorization: Basic ${b64}\nHost: r`, 'Authorization: Basic *\nHost: r'],
    [`env:\n- name: DB_PASSWORD\n  value: ${s}\n- name: X\n  value: y`, 'env:\n- name: DB_PASSWORD\n  value: *\n- name: X\n  value: y'],
    [`token: |\n  ${s}\nother: 1`, 'token: |\n  *\nother: 1'],
    [`x --token ${s} --debug`, 'x --token * --debug'],
    [`level=info token=${s} msg=x`, 'level=info token=* msg=x'],
    [`{"password":"${s}","n":1}`, '{"password":"*","n":1}'],
    [`msg="got {\\"password\\":\\"${s}\\",\\"n\\":1}"`, 'msg="got {\\"password\\":\\"*\\",\\"n\\":1}"'],
    [`{user: u, password: ${s}, realm: x}`, '{user: u, password: *, realm: x}'],
    [
      `{"env":[{"name":"T_TOKEN","value":"${s}"},{"name":"X","value":"y"}]`,
      '{"env":[{"name":"T_TOKEN","value":"*"},{"name":"X","value":"y"}]',
    ],
    [
      ['--token', s, '--debug'],
      ['--token', '*', '--debug'],
    ],
    [{ env: [{ name: 'DB_PASSWORD', value: s }] }, { env: [{ name: 'DB_PASSWORD', value: '*' }] }],
    [`before ${pem('PRIVATE KEY')} after`, 'before [private key *] after'],
  ])('%j', (value, expected) => {
    expect(JSON.parse(JSON.stringify(redact(value)).replace(marker, '*'))).toEqual(expected)
  })
})

describe('equal secrets have equal placeholders', () => {
  const forms = [
    { password: s },
    [`--password=${s}`],
    ['--password', s],
    `password = "${s}"`,
    `password: ${s}`,
    `http://user:${s}@host`,
    `{"password":"${s}"}`,
    `x {"password":"${s}"`,
    `Authorization: Bearer ${s}`,
    `token:\n  - ${s}`,
    `token: |\n  ${s}\n`,
    `sent Bearer ${s}.`.slice(0, -1),
  ]
  const expected = marker.exec(JSON.stringify(redact({ password: s })))![0]
  test.each(forms.map((form) => [form]))('%j', (form) => {
    expect(JSON.stringify(redact(form)).match(/\[redacted:[0-9a-f]{10}\]/g)).toEqual([expected])
  })

  test('a secret with escapes is the same in TOML as in a table', () => {
    const hard = 'a"b\\c'
    expect(redact(`password = ${JSON.stringify(hard)}`)).toBe(`password = "${redact({ password: hard }).password}"`)
  })

  test('another machine has other placeholders, and different secrets differ', () => {
    const other = createRedactor(new Uint8Array(32).fill(8))
    expect(other({ password: s }).password).not.toBe(redact({ password: s }).password)
    expect(redact({ password: s }).password).not.toBe(redact({ password: `${s}x` }).password)
  })
})
