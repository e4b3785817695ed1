import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type ConfigFile, parseConfigFile } from '../../../src/main/config-file.ts'
import { type CheckText, watchPlantFile } from '../../../src/main/plant-file.ts'
import type { Plant } from '../../../src/shared/plant.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const labelled = (label: string): string => `machines:\n  a: { label: ${label} }\n`
const plant = (label: string): Plant => ({ machines: { a: { label } } })

interface Stage {
  readonly plants: Plant[]
  readonly problems: (string | null)[]
  readonly notes: (string | null)[]
  readonly log: MemoryLog
  readonly close: () => void
  /** Resolves when the last plant, problem or note is this. */
  readonly plantIs: (label: string) => Promise<unknown>
  readonly problemIs: (problem: RegExp | null) => Promise<unknown>
  readonly noteIs: (note: RegExp | null) => Promise<unknown>
}

function endsWith(texts: readonly (string | null)[], wanted: RegExp | null): boolean {
  const text = texts.at(-1)
  return wanted === null ? text === null : typeof text === 'string' && wanted.test(text)
}

function stage(path: string, { started, check }: { started?: ConfigFile; check?: CheckText } = {}): Stage {
  const plants: Plant[] = []
  const problems: (string | null)[] = []
  const notes: (string | null)[] = []
  const log = new MemoryLog()
  const watch = watchPlantFile(path, {
    onPlant: (each) => plants.push(each),
    onProblem: (text) => problems.push(text),
    onNote: (text) => notes.push(text),
    log,
    ...(started && { started }),
    ...(check && { check }),
  })
  onTestFinished(() => watch.close())
  return {
    plants,
    problems,
    notes,
    log,
    close: () => watch.close(),
    plantIs: (label) =>
      waitFor(() => JSON.stringify(plants.at(-1)) === JSON.stringify(plant(label)), { what: `the plant ${label}` }),
    problemIs: (problem) => waitFor(() => endsWith(problems, problem), { what: `the problem ${problem}` }),
    noteIs: (note) => waitFor(() => endsWith(notes, note), { what: `the note ${note}` }),
  }
}

/** A file with a plant, and a watch that has seen it. */
async function watched(): Promise<Stage & { readonly path: string; readonly dir: string }> {
  const dir = tempDir()
  const path = join(dir, 'andon.yaml')
  writeFileSync(path, labelled('one'))
  const on = stage(path)
  await on.plantIs('one')
  return { ...on, path, dir }
}

test('a change is read, whichever way the editor writes it', async () => {
  const { path, dir, plantIs, plants, problems } = await watched()
  writeFileSync(path, labelled('written'))
  await plantIs('written')
  const beside = join(dir, '.andon.yaml.swp')
  writeFileSync(beside, labelled('renamed'))
  renameSync(beside, path)
  await plantIs('renamed')
  renameSync(path, `${path}~`)
  writeFileSync(path, labelled('moved-away-first'))
  await plantIs('moved-away-first')
  expect(plants).toHaveLength(4)
  expect(problems).toEqual([])
})

test('what was changed between the start and the watch is read too; what was not is no news', async () => {
  const path = join(tempDir(), 'andon.yaml')
  writeFileSync(path, labelled('one'))
  const file = parseConfigFile(labelled('one'), path)
  writeFileSync(path, labelled('two'))
  const on = stage(path, { started: file })
  await on.plantIs('two')
  const same = stage(path, { started: parseConfigFile(labelled('two'), path) })
  writeFileSync(path, `# a comment\n${labelled('two')}`)
  writeFileSync(path, labelled('three'))
  await same.plantIs('three')
  expect(same.plants).toHaveLength(1)
})

test('a bad version is refused with the exact error, and the next good one ends the problem', async () => {
  const { path, plantIs, problemIs, plants, problems } = await watched()
  writeFileSync(path, 'machines:\n  a: { lable: two }\n')
  await problemIs(/andon\.yaml, line 2: "machines\.a\.lable" is not known here, did you mean "label"\?/)
  expect(problems.at(-1)).toMatch(/ What it last said stays in force\.$/)
  writeFileSync(path, 'machines: [')
  await problemIs(/line 1: /)
  expect(plants).toHaveLength(1)
  writeFileSync(path, labelled('two'))
  await plantIs('two')
  await problemIs(null)
  expect(problems).toHaveLength(3)
})

test('going back to the running version ends the problem too, and is no news', async () => {
  const { path, problemIs, plants } = await watched()
  writeFileSync(path, 'port: x\n')
  await problemIs(/"port" must be a whole number/)
  writeFileSync(path, labelled('one'))
  await problemIs(null)
  writeFileSync(path, Buffer.from([0xff]))
  await problemIs(/is not UTF-8 text/)
  writeFileSync(path, labelled('one'))
  await problemIs(null)
  writeFileSync(path, '#'.repeat(1024 * 1024 + 1))
  await problemIs(/is larger than 1 MiB/)
  writeFileSync(path, labelled('one'))
  await problemIs(null)
  expect(plants).toHaveLength(1)
})

test('when the file goes, what it said stays, and that is a problem until it is back', async () => {
  const { path, problemIs, plantIs, plants } = await watched()
  unlinkSync(path)
  await problemIs(/andon\.yaml is gone\. What it last said stays in force\./)
  expect(plants).toHaveLength(1)
  writeFileSync(path, labelled('one'))
  await problemIs(null)
  expect(plants).toHaveLength(1)
  rmSync(path)
  mkdirSync(path)
  await problemIs(/is a folder/)
  rmSync(path, { recursive: true })
  writeFileSync(path, labelled('two'))
  await plantIs('two')
  await problemIs(null)
})

test('a file that is not there is no problem, and is read when it appears, with its folders', async () => {
  const dir = tempDir()
  const path = join(dir, 'config', 'andon', 'andon.yaml')
  const { plantIs, problemIs, problems } = stage(path)
  mkdirSync(join(dir, 'config'))
  mkdirSync(join(dir, 'config', 'andon'))
  writeFileSync(path, labelled('one'))
  await plantIs('one')
  expect(problems).toEqual([])
  rmSync(join(dir, 'config'), { recursive: true })
  await problemIs(/is gone/)
  mkdirSync(join(dir, 'config', 'andon'), { recursive: true })
  writeFileSync(path, labelled('two'))
  await plantIs('two')
  await problemIs(null)
})

test('a folder that was exchanged for another of the same name is followed', async () => {
  const dir = tempDir()
  const path = join(dir, 'andon', 'andon.yaml')
  mkdirSync(join(dir, 'andon'))
  mkdirSync(join(dir, 'next'))
  writeFileSync(path, labelled('one'))
  writeFileSync(join(dir, 'next', 'andon.yaml'), labelled('two'))
  const { plantIs, plants } = stage(path)
  await plantIs('one')
  renameSync(join(dir, 'andon'), join(dir, 'old'))
  renameSync(join(dir, 'next'), join(dir, 'andon'))
  await plantIs('two')
  writeFileSync(path, labelled('three'))
  await plantIs('three')
  rmSync(join(dir, 'andon'), { recursive: true })
  mkdirSync(join(dir, 'andon'))
  writeFileSync(path, labelled('four'))
  await plantIs('four')
  writeFileSync(path, labelled('five'))
  await plantIs('five')
  expect(plants).toHaveLength(5)
})

test('a symbolic link is followed: a change of its target, and another target', async () => {
  const [links, targets] = [tempDir(), tempDir()]
  const path = join(links, 'andon.yaml')
  writeFileSync(join(targets, 'a.yaml'), labelled('one'))
  writeFileSync(join(targets, 'b.yaml'), labelled('three'))
  symlinkSync(join(targets, 'a.yaml'), path)
  const { plantIs, problems } = stage(path)
  await plantIs('one')
  writeFileSync(join(targets, 'a.yaml'), labelled('two'))
  await plantIs('two')
  symlinkSync(join(targets, 'b.yaml'), join(links, 'new'))
  renameSync(join(links, 'new'), path)
  await plantIs('three')
  expect(problems).toEqual([])
})

test('so is the exchange of a link on the way, as containers do it', async () => {
  const dir = tempDir()
  for (const version of ['v1', 'v2']) {
    mkdirSync(join(dir, version))
    writeFileSync(join(dir, version, 'andon.yaml'), labelled(version))
  }
  symlinkSync('v1', join(dir, '..data'))
  symlinkSync('..data/andon.yaml', join(dir, 'andon.yaml'))
  const { plantIs, problems } = stage(join(dir, 'andon.yaml'))
  await plantIs('v1')
  symlinkSync('v2', join(dir, '..data_tmp'))
  renameSync(join(dir, '..data_tmp'), join(dir, '..data'))
  await plantIs('v2')
  expect(problems).toEqual([])
})

test('settings that count from the next start are named until they are as at the start', async () => {
  const path = join(tempDir(), 'andon.yaml')
  const text = `port: 4000\n${labelled('one')}`
  writeFileSync(path, text)
  const { noteIs, plantIs, notes, plants, problems } = stage(path, { started: parseConfigFile(text, path) })
  writeFileSync(path, `port: 4001\nhost: localhost\n${labelled('one')}`)
  await noteIs(/^andon\.yaml: what was changed in host, port counts from the next start\.$/)
  expect(plants).toEqual([])
  writeFileSync(path, `port: 4000\n${labelled('two')}`)
  await noteIs(null)
  await plantIs('two')
  expect(notes).toHaveLength(2)
  expect(problems).toEqual([])
})

test('what is odd is logged, and no problem', async () => {
  const { path, problems, log } = await watched()
  writeFileSync(path, 'machines: { a: { devices: {} } }\ngroups: { g: [{ machine: a, device: b }] }\n')
  const warning = await waitFor(() => log.records.find(({ level }) => level === 'warn'))
  expect(warning.message).toContain('line 2: "groups.g[0]" names the device b, which is not described for a.')
  expect(problems).toEqual([])
})

test('versions that come during a check are not lost, and the last one wins', async () => {
  const path = join(tempDir(), 'andon.yaml')
  writeFileSync(path, labelled('one'))
  const open: (() => void)[] = []
  const { plantIs, plants } = stage(path, {
    check: (text, name) =>
      new Promise((resolve) => open.push(() => resolve({ file: parseConfigFile(text, name), warnings: [] }))),
  })
  await waitFor(() => open.length === 1)
  writeFileSync(path, labelled('two'))
  writeFileSync(path, labelled('three'))
  open[0]?.()
  await waitFor(() => open.length === 2)
  open[1]?.()
  await plantIs('three')
  expect(plants).toEqual([plant('one'), plant('three')])
})

test('a check that breaks down is a problem, and is tried again with the next change', async () => {
  const path = join(tempDir(), 'andon.yaml')
  writeFileSync(path, labelled('one'))
  let broken = true
  const { plantIs, problemIs, log } = stage(path, {
    check: (text, name) =>
      broken
        ? Promise.reject(new Error('the thread died'))
        : Promise.resolve({ file: parseConfigFile(text, name), warnings: [] }),
  })
  await problemIs(/could not be taken in: the thread died/)
  expect(log.records.some(({ level }) => level === 'error')).toBe(true)
  broken = false
  writeFileSync(path, labelled('one'))
  await plantIs('one')
  await problemIs(null)
})

test('once closed it tells nothing more, and closing again does nothing', async () => {
  const path = join(tempDir(), 'andon.yaml')
  writeFileSync(path, labelled('one'))
  const open: (() => void)[] = []
  const { close, plants, problems } = stage(path, {
    check: (text, name) =>
      new Promise((resolve) => open.push(() => resolve({ file: parseConfigFile(text, name), warnings: [] }))),
  })
  await waitFor(() => open.length === 1)
  close()
  close()
  open[0]?.()
  // Another watch of the same file shows that there was time enough.
  const other = stage(path)
  await other.plantIs('one')
  writeFileSync(path, labelled('two'))
  await other.plantIs('two')
  expect(plants).toEqual([])
  expect(problems).toEqual([])
})
