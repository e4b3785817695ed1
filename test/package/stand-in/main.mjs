// What the stand-in for Electron runs: the packed panel without its window. Node cannot read an asar, so it is unpacked
// first, as Electron would see it: with what lies beside it in its place.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { extractAll } from '@electron/asar'

/** Chromium's switches, which the panel's own reader of options leaves out: src/main/electron/arguments.ts. */
const ENGINE = new Set(['--ozone-platform=headless', '--no-sandbox', '--disable-gpu'])

const [, , self = '', ...args] = process.argv
const folder = mkdtempSync(join(tmpdir(), 'andon-unpacked-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
extractAll(join(dirname(self), 'resources', 'app.asar'), folder)
process.argv = [process.execPath, self, ...args.filter((arg) => !ENGINE.has(arg))]
await import(pathToFileURL(join(folder, 'out', 'main', 'headless.js')).href)
