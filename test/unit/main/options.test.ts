import { expect, test } from 'vitest'
import { readCommandLine } from '../../../src/main/config.ts'
import { PlantSchema } from '../../../src/shared/plant.ts'
import { ConfigFileSchema } from '../../../src/main/config-file.ts'
import { defaultConfigFile, defaultDataDir, helpText, type Option, OPTIONS } from '../../../src/main/options.ts'
import { readStart } from '../../../src/main/start.ts'

const options: readonly Option[] = OPTIONS

test('--help lists every option with its text and its default', () => {
  const text = helpText()
  for (const option of options) {
    const [line] = text.split('\n').filter((each) => each.startsWith(`  --${option.flag} `))
    expect(line).toContain(option.text)
    expect(line).toContain(option.default)
  }
})

test('the options that everybody counts on are there', () => {
  const flags = options.map(({ flag }) => flag)
  expect(flags).toEqual(
    expect.arrayContaining(['headless', 'host', 'port', 'events-socket', 'data-dir', 'config', 'help', 'version']),
  )
  expect(options.find(({ flag }) => flag === 'events-socket')).toMatchObject({ multiple: true })
  expect(new Set(flags).size).toBe(flags.length)
})

/** Too much for a command line. */
const IN_THE_FILE_ALONE = ['openid']

test('every option that has a key is known to the configuration file, and every key but a few belongs to an option', () => {
  const keys = options.flatMap(({ key }) => (key === undefined ? [] : [key]))
  expect(Object.keys(ConfigFileSchema.properties).toSorted()).toEqual(
    [...keys, ...IN_THE_FILE_ALONE, ...Object.keys(PlantSchema.properties)].toSorted(),
  )
})

test('every option without a value is taken as a switch, every other with one', () => {
  for (const option of options) {
    if (option.value === undefined) continue
    expect(() => readCommandLine([`--${option.flag}`])).toThrow(/argument missing/)
  }
})

test('what Andon writes and reads lies where each system keeps such things', () => {
  expect(defaultDataDir('linux', {}, '/home/a')).toBe('/home/a/.local/state/andon')
  expect(defaultDataDir('linux', { XDG_STATE_HOME: '/state' }, '/home/a')).toBe('/state/andon')
  expect(defaultDataDir('darwin', {}, '/Users/a')).toBe('/Users/a/Library/Application Support/Andon')
  expect(defaultDataDir('win32', { LOCALAPPDATA: 'C:/L' }, 'C:/U')).toMatch(/^C:.L.Andon$/)
  expect(defaultConfigFile('linux', {}, '/home/a')).toBe('/home/a/.config/andon/andon.yaml')
  expect(defaultConfigFile('linux', { XDG_CONFIG_HOME: '/conf' }, '/home/a')).toBe('/conf/andon/andon.yaml')
  expect(defaultConfigFile('darwin', {}, '/Users/a')).toBe('/Users/a/Library/Application Support/Andon/andon.yaml')
  expect(defaultConfigFile('win32', { APPDATA: 'C:/A' }, 'C:/U')).toMatch(/^C:.A.Andon.andon.yaml$/)
})

test('a start is a run, or a text and an exit code', () => {
  expect(readStart(['--help'])).toEqual({ kind: 'exit', code: 0, text: helpText() })
  expect(readStart(['--version'])).toMatchObject({
    kind: 'exit',
    code: 0,
    text: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
  })
  expect(readStart(['--nonsense'])).toMatchObject({
    kind: 'exit',
    code: 2,
    text: expect.stringMatching(/^andon: Unknown option '--nonsense'.*\n$/) as string,
  })
})
