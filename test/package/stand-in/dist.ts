import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../support/child.ts'

/** What lies beside Electron's program on Linux and Windows, empty. */
const BESIDE = ['resources.pak', 'icudtl.dat', 'snapshot_blob.bin', 'v8_context_snapshot.bin', 'LICENSES.chromium.html']

/** A folder laid out like Electron's distribution, with a program of our own. @param system of the programs to be packed */
export function standIn(system: 'linux' | 'win32' | 'darwin', version: string): string {
  const folder = mkdtempSync(join(tmpdir(), `andon-electron-${system}-`))
  const program = join(folder, 'compiled')
  execFileSync('cc', ['-O1', '-s', '-o', program, join(ROOT, 'test/package/stand-in/electron.c')])
  for (const name of BESIDE) writeFileSync(join(folder, name), '')
  for (const [name, text] of [
    ['LICENSE', 'A stand-in.\n'],
    ['version', version],
  ] as const) {
    writeFileSync(join(folder, name), text)
  }
  if (system === 'darwin') return folder
  mkdirSync(join(folder, 'locales'))
  writeFileSync(join(folder, 'locales', 'en-US.pak'), '')
  mkdirSync(join(folder, 'resources'))
  if (system === 'win32') return folder
  cpSync(program, join(folder, 'electron'))
  cpSync(program, join(folder, 'chrome-sandbox'))
  cpSync(program, join(folder, 'chrome_crashpad_handler'))
  return folder
}
