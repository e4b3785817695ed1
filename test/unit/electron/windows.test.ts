import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { panelOrigin } from '../../../src/main/electron/page-origin.ts'
import { readWindows, WindowFile } from '../../../src/main/electron/window-file.ts'
import { Windows } from '../../../src/main/electron/windows.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'
import { BrowserWindow, order, resetElectron, screen } from './fake-electron.ts'

vi.mock('electron', () => import('./fake-electron.ts'))

const NOTHING = { page: null, newWindow: false }
const HERE = { x: 10, y: 20, width: 1000, height: 700, maximized: false }
const LEFT = { x: -1920, y: 0, width: 1920, height: 1080 }
const URL = 'andon://panel/index.html'

let file: string
let log: MemoryLog
let mayCloseLast: boolean

beforeEach(() => {
  resetElectron()
  file = join(tempDir(), 'window.json')
  log = new MemoryLog()
  mayCloseLast = true
})

function windows(kiosk = false): Windows {
  return new Windows(
    { origin: panelOrigin, preload: '/preload.cjs', development: false, kiosk, file },
    { givenUp: () => `${URL}/recovery`, mayCloseLast: () => mayCloseLast, systemEnds: () => undefined },
    log,
  )
}

const fake = (index: number): BrowserWindow => BrowserWindow.windows[index] ?? new BrowserWindow({})
const loaded = (): string[] => order.filter((step) => step.startsWith('load ')).map((step) => step.slice(5))
const remembered = () => readWindows(file, log)
const goTo = (window: BrowserWindow, page: string) =>
  window.webContents.emit('did-navigate-in-page', {}, `${URL}#${page}`, true)

describe('at the start', () => {
  test('there is one window with the overview', async () => {
    await windows().start(NOTHING)
    expect(loaded()).toEqual([URL])
  })

  test('every window of the last time is there again, with its place and its page', async () => {
    const second = { ...HERE, x: -1800 }
    screen.workAreas = [...screen.workAreas, LEFT]
    writeFileSync(
      file,
      JSON.stringify([
        { place: HERE, page: '/' },
        { place: second, page: '/alarms' },
      ]),
    )
    await windows().start(NOTHING)
    expect(loaded()).toEqual([URL, `${URL}#/alarms`])
    expect(BrowserWindow.windows.map(({ options }) => options)).toMatchObject([{ x: 10 }, { x: -1800 }])
  })

  test('a window whose display is gone opens where Electron puts it', async () => {
    writeFileSync(file, JSON.stringify([{ place: { ...HERE, x: -1800 }, page: '/alarms' }]))
    await windows().start(NOTHING)
    expect(fake(0).options).not.toHaveProperty('x')
    expect(loaded()).toEqual([`${URL}#/alarms`])
  })

  test('a page that is asked for goes to the first window, or to one of its own', async () => {
    writeFileSync(file, JSON.stringify([{ place: HERE, page: '/trends' }]))
    await windows().start({ page: '/alarms', newWindow: false })
    expect(loaded()).toEqual([`${URL}#/alarms`])
    resetElectron()
    await windows().start({ page: '/alarms', newWindow: true })
    expect(loaded()).toEqual([`${URL}#/trends`, `${URL}#/alarms`])
  })

  test('a file that says nothing of use is no obstacle', async () => {
    writeFileSync(file, '{"x":')
    await windows().start(NOTHING)
    expect(loaded()).toEqual([URL])
    expect(log.records).toEqual([])
  })

  test('a first page that cannot be loaded is said to be so', async () => {
    BrowserWindow.loading = () => Promise.reject(new Error('ERR_FAILED (-2)'))
    await expect(windows().start(NOTHING)).rejects.toThrow('ERR_FAILED')
  })
})

describe('while it runs', () => {
  test('a page is shown in the window that is there, which comes to the front', async () => {
    const all = windows()
    await all.start(NOTHING)
    fake(0).minimized = true
    all.request({ page: '/alarms', newWindow: false })
    expect(loaded()).toEqual([URL, `${URL}#/alarms`])
    expect([fake(0).restore, fake(0).show, fake(0).focus].map(({ mock }) => mock.calls.length)).toEqual([1, 1, 1])
  })

  test('another window opens on the display that has none', async () => {
    screen.workAreas = [...screen.workAreas, LEFT]
    const all = windows()
    await all.start(NOTHING)
    all.request({ page: '/trends', newWindow: true })
    expect(loaded()).toEqual([URL, `${URL}#/trends`])
    expect(fake(1).options).toMatchObject({ x: -1600, y: 140 })
  })

  test('what each shows and where it is, is remembered; one that is closed is forgotten, the last is not', async () => {
    const all = windows()
    await all.start(NOTHING)
    all.request({ page: '/trends', newWindow: true })
    const [first, second] = [fake(0), fake(1)]
    goTo(first, '/events')
    second.emit('moved')
    await waitFor(() => remembered().length === 2 && remembered()[1]?.place)
    expect(remembered()).toEqual([
      { place: null, page: '/events' },
      { place: HERE, page: '/trends' },
    ])
    first.close()
    await waitFor(() => remembered().length === 1)
    second.close()
    expect(all.front).toBeNull()
    all.request(NOTHING)
    expect(loaded().at(-1)).toBe(`${URL}#/trends`)
    await all.settle()
    expect(remembered()).toEqual([{ place: HERE, page: '/trends' }])
  })

  test('the last window can be kept open, one of several may always go', async () => {
    mayCloseLast = false
    const all = windows()
    await all.start(NOTHING)
    all.request({ page: null, newWindow: true })
    fake(0).close()
    fake(0).close()
    expect(BrowserWindow.windows.length).toBe(1)
  })

  test('what is open when everything ends is opened again', async () => {
    const all = windows()
    await all.start(NOTHING)
    all.request({ page: '/trends', newWindow: true })
    await all.settle()
    fake(0).close()
    await all.settle()
    expect(remembered()).toEqual([
      { place: HERE, page: '/' },
      { place: HERE, page: '/trends' },
    ])
  })

  test('there is an end to windows', async () => {
    const all = windows()
    await all.start(NOTHING)
    for (let i = 0; i < 30; i += 1) all.request({ page: null, newWindow: true })
    expect(BrowserWindow.windows.length).toBe(16)
    expect(log.records[0]).toMatchObject({ level: 'warn' })
  })

  test('a window whose display goes comes back, one that can be seen stays', async () => {
    const all = windows()
    await all.start(NOTHING)
    all.request({ page: null, newWindow: true })
    fake(1).bounds = { ...HERE, x: -1800 }
    screen.emit('display-removed')
    expect([fake(0).bounds.x, fake(1).bounds.x]).toEqual([10, 460])
  })

  test('a further window that cannot be loaded is logged', async () => {
    const all = windows()
    await all.start(NOTHING)
    BrowserWindow.loading = () => Promise.reject(new Error('ERR_FAILED (-2)'))
    all.request({ page: null, newWindow: true })
    all.request({ page: '/alarms', newWindow: false })
    await waitFor(() => log.records.length === 2)
    expect(log.records.map(({ level }) => level)).toEqual(['error', 'error'])
  })
})

test('a kiosk has one window, remembers nothing, and comes back as a whole', async () => {
  writeFileSync(file, JSON.stringify([{ place: HERE, page: '/trends' }]))
  const before = readFileSync(file, 'utf8')
  const all = windows(true)
  await all.start({ page: '/alarms', newWindow: true })
  all.request({ page: null, newWindow: true })
  expect(loaded()).toEqual([`${URL}#/alarms`])
  fake(0).bounds = { ...HERE, x: -1800 }
  screen.emit('display-removed')
  expect(fake(0).setKiosk.mock.calls).toEqual([[true]])
  goTo(fake(0), '/events')
  fake(0).emit('moved')
  expect(readFileSync(file, 'utf8')).toBe(before)
})

test('a file that cannot be written or read is logged', async () => {
  new WindowFile(join(tempDir(), 'nowhere', 'window.json'), log).write([])
  await waitFor(() => log.records.length === 1)
  expect(readWindows(tempDir(), log)).toEqual([])
  expect(log.records.map(({ level }) => level)).toEqual(['warn', 'warn'])
})
