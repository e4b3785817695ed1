import { renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DescribedPlant } from '../../src/core/plant.ts'
import { checkInThread } from '../../src/main/check-in-thread.ts'
import { watchPlantFile } from '../../src/main/plant-file.ts'
import { UsageError } from '../../src/main/usage-error.ts'
import { startPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

/** The built thread: a worker cannot run TypeScript. */
const check = checkInThread(resolve(import.meta.dirname, '../../out/main/config.js'))

/** A file whose every machine carries the same number, so that a mixture of two versions shows. */
function version(number: number, machines = 50): string {
  const lines = Array.from(
    { length: machines },
    (_, i) => `  m${i}: { stale_after: ${number}, devices: { motor_01: { type: motor, label: "${number}" } } }\n`,
  )
  return `machines:\n${lines.join('')}`
}

function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

// Each check starts a thread: 0.3 s by itself, several seconds where every processor is busy.
test('the description is reloaded under load: whole versions only, bad ones refused, every datagram that was sent taken in', async () => {
  const path = join(tempDir(), 'andon.yaml')
  const panel = await startPanel()
  const described = new DescribedPlant({ staleAfterMs: 60_000 })
  const seen: number[] = []
  const mixed: string[] = []
  described.listen((plant) => {
    const numbers = new Set(Object.values(plant.machines ?? {}).map((machine) => machine.stale_after ?? 0))
    if (numbers.size === 1) seen.push(...numbers)
    else mixed.push([...numbers].join(', '))
  })
  const problems: (string | null)[] = []
  const watch = watchPlantFile(path, {
    onPlant: (plant) => described.replace(plant),
    onProblem: (text) => problems.push(text),
    log: panel.log,
    check,
  })
  onTestFinished(() => watch.close())

  const sender = unixSender(panel.socket)
  let sent = 0
  let number = 0
  const over = new AbortController()
  const load = async (): Promise<void> => {
    while (!over.signal.aborted) {
      for (let i = 0; i < 20 && sender.trySend(datagram('m1', 'sample', { index: sent })); i += 1) sent += 1
      await new Promise((soon) => setTimeout(soon, 2))
    }
  }
  const loading = load()
  onTestFinished(() => over.abort())
  /** Every third version is bad, and every second one is written in place. */
  while (seen.length < 3) {
    number += 1
    const text = number % 3 === 0 ? `${version(number)}nonsense: 1\n` : version(number)
    if (number % 2 === 0) writeFileSync(path, text)
    else replace(path, text)
    const [news, told] = [seen.length, problems.length]
    await waitFor(() => seen.length > news || problems.length > told, { what: `version ${number}`, timeout: 30_000 })
  }
  replace(path, version(1_000))
  await waitFor(() => described.staleAfterMs('m7') === 1_000_000 && problems.at(-1) === null, {
    what: 'the last version',
    timeout: 30_000,
  })
  over.abort()
  await loading

  await waitFor(() => panel.health().listeners[0]?.accepted === sent, { what: 'every datagram' })
  expect(mixed).toEqual([])
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect(seen.filter((each) => each < 1_000 && each % 3 === 0)).toEqual([])
  expect(problems.filter((text) => text !== null).every((text) => text.includes('"nonsense" is not known here'))).toBe(
    true,
  )
  expect(described.device('m7', 'motor_01')?.label).toBe('1000')
}, 90_000)

test('a long file is checked while everything else goes on', async () => {
  const text = version(1, 4_000)
  let last = performance.now()
  let longest = 0
  const ticks = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }, 1)
  const started = performance.now()
  const { file } = await check(text, 'andon.yaml')
  const took = performance.now() - started
  clearInterval(ticks)
  expect(Object.keys(file.machines ?? {})).toHaveLength(4_000)
  expect(longest).toBeLessThan(took / 2)
})

test('the thread refuses as the panel itself does', async () => {
  await expect(check('port: x\n', 'andon.yaml')).rejects.toThrow(
    new UsageError('andon.yaml, line 1: "port" must be a whole number from 0 to 65535, not "x".'),
  )
  await expect(checkInThread('/no/such/thread.js')('', 'andon.yaml')).rejects.toThrow(/Cannot find module/)
})

test('a running panel takes a new description over, and says on every screen when it cannot', async () => {
  const dir = tempDir()
  const path = join(dir, 'andon.yaml')
  writeFileSync(path, '')
  const panel = await startPanel(['--config', path], { dir })
  const viewer = new Viewer(panel.url)
  await viewer.live()
  await unixSender(panel.socket).send(datagram('m', 'state_change', { to_state: 'on' }))
  await viewer.at(1)

  writeFileSync(path, 'machines:\n  m: { stale_after: soon }\n')
  await waitFor(() =>
    viewer.health?.problems.some(({ code, message }) => code === 'config_refused' && message.includes('line 2')),
  )
  expect(viewer.client.replica.state.machines.get('m')?.staleSince).toBeNull()

  writeFileSync(path, 'machines:\n  m: { stale_after: 0.2 }\n')
  await waitFor(() => typeof viewer.client.replica.state.machines.get('m')?.staleSince === 'number')
  await waitFor(() => viewer.health?.problems.length === 0)
})
