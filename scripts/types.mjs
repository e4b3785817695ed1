// vue-tsc over everything, one project after the other.
import { spawnSync } from 'node:child_process'
import { packageBin, ROOT } from './build.mjs'

const bin = packageBin('vue-tsc', 'bin/vue-tsc.js')
let failed = false
for (const project of ['tsconfig.shared.json', 'tsconfig.node.json', 'tsconfig.web.json']) {
  const done = spawnSync(process.execPath, [bin, '--noEmit', '-p', project], { cwd: ROOT, stdio: 'inherit' })
  failed ||= done.status !== 0
}
process.exitCode = failed ? 1 : 0
