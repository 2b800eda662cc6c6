import { tool } from '../model/tool.ts'

const argv = process.argv.slice(2)
// A reader may leave early, or never have been there (`| head`): who writes learns of it and goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

// Nothing heavy on this path: the answer needs no parser.
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${tool.version}\n`)
} else {
  const { run } = await import('./program.ts')
  const exitCode = await run(argv, process.env)
  // All output is out; a request that the engine still holds (a hanging registry) must not keep the process alive.
  process.exit(exitCode)
}
