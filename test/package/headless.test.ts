import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { bundledPackages } from '../../scripts/package/installed.mjs'
import { Child } from '../support/child.ts'
import { tempDir } from '../support/temp-dir.ts'
import { Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'
import { filesBelow, sizeBelow } from './files.ts'
import { cleanEnv, hello, inJournal, started, stop } from './panel.ts'

/** MiB unpacked; it was 11.4 when this was written. */
const BOUND_MIB = 13

function unpacked(): { readonly dir: string; readonly folder: string } {
  const { folder } = inject('packed')
  const archive = readdirSync(folder).find((name) => name.startsWith('andon-headless-'))
  const dir = tempDir()
  execFileSync('tar', ['-xzf', join(folder, archive ?? ''), '-C', dir])
  const inside = readdirSync(dir)
  expect(inside).toHaveLength(1)
  return { dir, folder: join(dir, inside[0] ?? '') }
}

test('the headless archive shows a datagram from an empty folder, over REST and to a viewer', async () => {
  const { dir, folder } = unpacked()
  const socket = join(dir, 'e.sock')
  // By a link, as somebody would put it on the path.
  symlinkSync(join(folder, 'andon'), join(dir, 'andon'))
  const panel = await started(
    join(dir, 'andon'),
    ['--port', '0', '--events-socket', socket, '--data-dir', join(dir, 'data')],
    cleanEnv(dir),
  )
  expect(panel.child.out).toContain(`Andon listens for events on ${socket}`)
  const viewer = new Viewer(panel.url)
  await viewer.live()
  await hello(socket, 'lamp')
  await inJournal(panel, 'lamp')
  await waitFor(() => viewer.events.some(({ machine }) => machine === 'lamp'), { what: 'the machine at the viewer' })
  const page = await fetch(panel.url)
  expect(await page.text()).toContain('<div id="app">')
  await stop(panel)
})

test('every part of the headless archive finds what it loads, those too that a start does not need', async () => {
  const { dir, folder } = unpacked()
  const chunks = filesBelow(join(folder, 'out/main/chunks')).map((name) => join(folder, 'out/main/chunks', name))
  expect(chunks.length).toBeGreaterThan(1)
  const load = `for (const file of process.argv.slice(1)) await import(file)`
  const child = new Child(process.execPath, ['--input-type=module', '--eval', load, ...chunks], cleanEnv(dir))
  expect(await child.ended()).toEqual({ code: 0, signal: null })
  expect(child.errors).toBe('')
})

test('the headless archive says in a sentence that a Node is missing or too old', async () => {
  const { dir, folder } = unpacked()
  const missing = new Child(join(folder, 'andon'), ['--version'], { ...cleanEnv(dir), ANDON_NODE: join(dir, 'none') })
  expect((await missing.ended()).code).toBe(1)
  expect(missing.errors).toMatch(/^andon: there is no Node\. Install Node 20\.19 or later/)
})

test('the headless archive carries licences and nothing that only building needs', () => {
  const { folder } = unpacked()
  const files = filesBelow(folder)
  expect(files.filter((file) => /\/(nan|node-addon-api|electron|electron-updater|vue)\//.test(file))).toEqual([])
  for (const path of bundledPackages()) expect(files.filter((file) => file.startsWith(`${path}/`))).toEqual([])
  expect(files.filter((file) => /\.(cc?|h|hpp|o|d|ts|map|gypi?|mk)$/.test(file))).toEqual([])
  expect(new Set(files.filter((file) => file.endsWith('.node')))).toEqual(
    new Set([
      'node_modules/@photostructure/sqlite/prebuilds/linux-x64/@photostructure+sqlite.glibc.node',
      'node_modules/@photostructure/sqlite/prebuilds/linux-x64/@photostructure+sqlite.musl.node',
      `node_modules/unix-dgram/build/node-v${process.versions.modules}/unix_dgram.node`,
    ]),
  )
  const licences = readFileSync(join(folder, 'LICENSES.txt'), 'utf8')
  for (const name of ['Andon', '\nfastify ', '\nunix-dgram ', '\nvue ', '\nuplot ']) expect(licences).toContain(name)
  const unit = readFileSync(join(folder, 'service/andon.service'), 'utf8')
  expect(unit).toMatch(/^ExecStart=\/opt\/andon\/andon --events-socket \/run\/andon\/events\.sock /m)
  expect(unit).not.toMatch(/sandbox|ozone/)
  const mib = sizeBelow(folder) / 2 ** 20
  process.stdout.write(`headless: ${mib.toFixed(1)} MiB\n`)
  expect(mib).toBeLessThan(BOUND_MIB)
})
