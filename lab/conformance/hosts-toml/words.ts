/** What generated files are made of. */

// prettier-ignore
export const registryHosts = [
  'localhost:5001', '127.0.0.1:5000', '[::1]:5000', 'docker.io', 'reg.lan', 'reg.lan:80', 'reg.lan:443', 'kind-registry:5000',
  'localhost',
] as const

// prettier-ignore
export const urls = [
  'http://kind-registry:5000', 'https://reg-b.lan', 'http://c:80', 'http://d:443/v2', 'https://e/v2/proxy',
  'https://f/harbor/v2/', 'g:5000', 'http://10.0.0.7:5000', 'http://[fc00::2]:5000',
] as const

// prettier-ignore
export const oddUrls = [
  '', ' ', 'httpreg:5000', 'HTTP://UP:1', 'ftp://h', 'http://', 'http://h:port', 'http://h:1:2', 'http://a b', 'http://ü:5000',
  'http://u:p@h:1', 'http://h/../v2', 'http://h/a%2Fb', 'http://h/%zz', 'http://h?x=1', 'http://h#f', '//h/v2', '/v2',
  'http:h:1', 'http://[::1', 'http://h:1\\t', 'http://h.', '*',
] as const

export const capabilityLists = ['["pull"]', '["pull", "resolve"]', '["push"]', '["pull", "resolve", "push"]', '[]', '["resolve"]'] as const
// prettier-ignore
export const oddCapabilityLists = [
  '["PULL"]', '["fetch"]', '"pull"', '[1]', '[["pull"]]', '[{}]', '["referrers"]', '[ "pull" , ]', '["pull" "push"]', '[,]',
  '[\n"pull", # c\n\n"resolve"\n]', '[true]', '{}',
] as const

export const headers = ['{x-a = "1"}', '{"X-B" = ["1", "2"]}', '{}', '{a = "1", b = "2"}'] as const
// prettier-ignore
export const oddHeaders = [
  '{a = 1}', '{a = [1]}', '{a = {}}', '{a.b = "1"}', '{a = "1",}', '{\na = "1"\n}', '"a"', '[]', '{a = "1", a = "2"}',
  '{a = "1" # c\n}', '{,}', '{a = [{}]}',
] as const

export const files = ['"ca.crt"', '["ca.crt"]', "'pair.pem'", '["client.cert", "client.key"]'] as const
// prettier-ignore
export const clients = [
  '[["client.cert", "client.key"]]', '"pair.pem"', '["pair.pem"]',
  '[["client.cert", "client.key"], ["client.cert", "client.key"]]',
] as const
// prettier-ignore
export const oddFiles = [
  '[]', '[[]]', '""', '"none.crt"', '1', 'true', '{}', '[["client.cert"]]', '[["a","b","c"]]', '[1, "ca.crt"]', '"../ca.crt"',
  '[["client.cert", 1]]', '["ca.crt", ["ca.crt"]]',
] as const

// prettier-ignore
export const scalars = [
  '1', '-0', '+1', '1_000', '1__0', '_1', '1_', '01', '0x1F', '0xg', '0o17', '0b11', '+0x1', '9223372036854775807',
  '9223372036854775808', '-9223372036854775808', '18446744073709551615', '1.5', '1.', '.5', '1e5', '1e400', '0e5', '6.6_2e-3',
  'inf', '-nan', '+inf', 'infinity', '1979-05-27', '1979-02-30', '1979-05-27T07:32:00Z', '1979-05-27 07:32:00',
  '1979-05-27T07:32', '07:32:00', '07:32', '07:32:60', '24:00:00', '1979-05-27T07:32:00+25:00', '1979-05-27T07:32:00.',
  '1979-05-27T07:32:00.123456789123-07:00', 'true', 'false', 'True', 'truefalse', 'null', 'yes', '"a"', "'a'", '""', "''",
  '"""a"""', "'''a'''", '"""\na\\\n   b"""', '"\\u00e9"', '"\\ud800"', '"\\x41"', '"\\e"', '"\\z"', '"a\tb"', '"\\"', '"a\nb"',
  '[]', '[1, "a"]', '[1,\n2,\n]', '{}', '{a=1}', '{a=1,}', '[{a=1},{b=2}]', '[[[]]]', '"ü"', '"\u0000"', '"\u007f"', '"""a""""',
  '"""a""""""', "'''a''''''",
] as const

export const comments = ['# a comment', '#', '# ü', '#\tx', '# "[', '# \u0001', '# ]'] as const
export const spaces = ['', ' ', '  ', '\t', ' \t '] as const
export const lineEnds = ['\n', '\n', '\n', '\n', '\r\n', '\n\n', '\r'] as const
// prettier-ignore
export const strangeKeys = [
  'plain-http', 'insecure', 'Server', 'CAPABILITIES', 'Skip_Verify', '"ca"', "'client'", 'a.b', 'a . b', '"a.b"', '1', '-', '_',
  '"\\u0063a"', 'ü', '""', 'dial-timeout', 'rewrite', 'HostFileConfig', 'x',
] as const
