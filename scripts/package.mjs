// npm run package: installers for this system. What stands behind `--` goes to electron-builder, as `--linux deb --x64`.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, OUT, packageBin, ROOT } from './build.mjs'
import { licenceTexts } from './package/licences.mjs'

function main() {
  if (!build()) return 1
  writeFileSync(join(OUT, 'LICENSES.txt'), licenceTexts())
  const bin = packageBin('electron-builder', 'cli.js')
  const args = [bin, '--config', join('build', 'electron-builder.mjs'), '--publish', 'never', ...process.argv.slice(2)]
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1
}

process.exitCode = main()
