// npm run bench: builds and runs the benchmark. `-- --only NAME` (repeatable) plays one scenario, `-- --profile DIR`
// writes CPU profiles of the panel.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from './build.mjs'
import { run, SCENARIO_NAMES } from '../test/bench/run.mjs'

const USAGE = 'npm run bench -- [--only NAME]… [--profile DIR]'

function options() {
  try {
    const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, profile: { type: 'string' } } })
    const only = values.only ?? []
    const unknown = only.find((name) => !SCENARIO_NAMES.includes(name))
    if (unknown !== undefined) throw new Error(`There is no scenario "${unknown}".`)
    return { only, profiles: values.profile === undefined ? undefined : resolve(values.profile) }
  } catch (error) {
    process.stderr.write(
      `${error instanceof Error ? error.message : String(error)}\n${USAGE}\nScenarios: ${SCENARIO_NAMES.join(', ')}\n`,
    )
    return undefined
  }
}

async function main() {
  if (process.platform !== 'linux') {
    process.stderr.write('The benchmark measures Unix datagrams and reads /proc: it runs on Linux only.\n')
    return 2
  }
  const chosen = options()
  if (!chosen) return 2
  if (!build()) return 1
  return (await run(chosen)) ? 0 : 1
}

// Whatever a scenario that failed has left open must not keep a run alive that is over.
process.exit(await main())
