import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkConfigFile, readConfigFile } from '../../../src/main/config-file.ts'
import { nearest } from '../../../src/main/schema-mistakes.ts'
import { UsageError } from '../../../src/main/usage-error.ts'
import { tempDir } from '../../support/temp-dir.ts'

const check = (text: string) => checkConfigFile(text, 'a.yaml')
const refusal = (text: string): string => {
  try {
    check(text)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  throw new Error('was taken')
}

const tag = (description: string): string =>
  `machines:\n  press:\n    devices:\n      motor_01:\n        tags:\n          speed: ${description}\n`
const SPEED = 'a.yaml, line 6: "machines.press.devices.motor_01.tags.speed'
const interlock = (when: string): string =>
  `interlocks:\n  - name: a\n    machine: press\n    reason: no\n    when:\n      - ${when}\n`
const WHEN = 'a.yaml, line 6: "interlocks[0].when[0]'

describe('a mistake is told with file, line, key and what may stand there', () => {
  test.each([
    [tag('{ type: float }'), `${SPEED}.type" must be one of integer, number, boolean, string, not "float".`],
    [tag('{ unit: rpm }'), `${SPEED}" needs type (one of integer, number, boolean, string).`],
    [tag('{ type: integer, precision: 11 }'), `${SPEED}.precision" must be a whole number from 0 to 10, not 11.`],
    [tag('{ type: integer, tolerance: -1 }'), `${SPEED}.tolerance" must be a number of at least 0, not -1.`],
    [tag('{ type: integer, writable: yes }'), `${SPEED}.writable" must be true or false, not "yes".`],
    [
      tag('{ type: integer, label: 5 }'),
      `${SPEED}.label" must be a text of at most 200 characters, not 5 (put it in quotes).`,
    ],
    [tag('{ type: integer, min: .inf }'), `${SPEED}.min" must be a number, not Infinity.`],
    [tag(''), `${SPEED}" must be a set of keys with values, not empty.`],
    ['socket_mode: 0660\n', '"socket_mode" must be a text, not 660 (put it in quotes).'],
    ['machines:\n  a: { control: 5 }\n', '"machines.a.control" must be a text that is not empty or false, not 5'],
    [
      'machines:\n  a: { commands: { go: { timeout: 0 } } }\n',
      'timeout" must be a number above 0 and at most 86400, not 0.',
    ],
    ['groups:\n  all: []\n', 'a.yaml, line 2: "groups.all" must have at least one entry.'],
    ['groups:\n  all:\n    - device: a\n', 'a.yaml, line 3: "groups.all[0]" needs machine.'],
    ['interlocks:\n  - name: a\n', 'a.yaml, line 2: "interlocks[0]" needs machine and when and reason.'],
  ])('%j', (text, message) => {
    expect(refusal(text)).toContain(message)
  })

  test.each([
    [tag('{ tpye: integer }'), `${SPEED}.tpye" is not known here, did you mean "type"? Known are type, label, unit`],
    [tag('{ type: integer, Min: 3 }'), `${SPEED}.Min" is not known here, did you mean "min"?`],
    [
      tag('{ type: integer, limits: { highhigh: 3 } }'),
      `${SPEED}.limits.highhigh" is not known here, did you mean "high_high"?`,
    ],
    [
      'machine: {}\n',
      'a.yaml, line 1: "machine" is not known here, did you mean "machines"? Known are kiosk, host, port',
    ],
    ['colour: red\n', 'a.yaml, line 1: "colour" is not known here. Known are kiosk, host, port'],
  ])('an unknown key suggests the nearest known one: %j', (text, message) => {
    expect(refusal(text)).toContain(message)
  })

  test('several are told by the first one and the lines of the others', () => {
    expect(refusal('machines:\n  a: { pace: x }\nport: -1\nstale_after: 0\n')).toMatch(
      /^a\.yaml, line 2: "machines\.a\.pace" .* \(2 more: line 3, 4\)$/,
    )
  })

  test('a name with a control character, or one that no name can have, is refused', () => {
    expect(refusal('machines:\n  "a\\nb": {}\n')).toBe(
      'a.yaml, line 2: "machines.a?b" must be a name of 1 to 128 characters without control characters.',
    )
    expect(refusal(`machines:\n  ${'x'.repeat(129)}: {}\n`)).toContain('must be a name of 1 to 128 characters')
    expect(refusal('machines:\n  __proto__: {}\n')).toBe('a.yaml, line 2: "__proto__" cannot be used as a name.')
    expect(check(`machines:\n  ${'🙂'.repeat(128)}: {}\n  constructor: {}\n`).warnings).toEqual([])
  })
})

describe('of a condition, the case that was meant is told', () => {
  test.each([
    ['{ machine: a, state: idle }', `${WHEN}.state" must be a list, not "idle".`],
    ['{ machine: a, device: b, tag: c, above: hot }', `${WHEN}.above" must be a number, not "hot".`],
    ['{ machine: a, device: b, tag: c, abvoe: 5 }', `${WHEN}.abvoe" is not known here, did you mean "above"?`],
    ['{ machine: a, device: b, above: 1 }', `${WHEN}" needs tag.`],
    ['{ machine: a }', `${WHEN}" needs state, or device and tag.`],
    [
      '{ machine: a, device: b, tag: c, is: [1] }',
      `${WHEN}.is" must be a number or true or false or a text or null, not a list.`,
    ],
    ['idle', `${WHEN}" must be a set of keys with values, not "idle".`],
  ])('%s', (when, message) => {
    expect(refusal(interlock(when))).toContain(message)
  })
})

describe('what the schema cannot say is checked too', () => {
  test.each([
    [tag('{ type: number, limits: { low: 5, high: 3 } }'), `${SPEED}.limits.high" must be at least low: 3 is below 5.`],
    [
      tag('{ type: number, limits: { low_low: 5, high_high: 3 } }'),
      '.limits.high_high" must be at least low_low: 3 is below 5.',
    ],
    [tag('{ type: number, min: 5, max: 3 }'), `${SPEED}.min" must be at most max: 5 is above 3.`],
    [tag('{ type: boolean, max: 3 }'), `${SPEED}.max" goes only with integer and number, not with boolean.`],
    [
      tag('{ type: number }\n          rate: { type: number, field: speed }'),
      '.rate" is written as "speed", and so is speed.',
    ],
    [interlock('{ machine: a, device: b, tag: c }'), `${WHEN}" needs is, above or below.`],
    [interlock('{ machine: a, device: b, tag: c, above: 5, below: 5 }'), `${WHEN}" can never hold`],
    ['machines:\n  a: { control: a.sock }\n', '"machines.a.control" must be an absolute path, not "a.sock".'],
    [`machines:\n  a: { control: /${'x'.repeat(107)} }\n`, 'is 108 bytes long; the path of a socket has at most 107.'],
    [`machines:\n  a: { stop: { type: x, payload: { p: ${'x'.repeat(4096)} } } }\n`, 'a machine reads at most 4096.'],
    [
      `${interlock('{ machine: a, state: [b] }')}  - { name: a, machine: b, reason: no, when: [{ machine: a, state: [b] }] }\n`,
      'a.yaml, line 7: "interlocks[1].name" is also the name of interlocks[0].',
    ],
  ])('%#', (text, message) => {
    expect(refusal(text)).toContain(message)
  })

  test('the limits of a tag may be equal, and any of them may be missing', () => {
    expect(check(tag('{ type: number, limits: { low_low: 1, low: 1, high_high: 1 } }')).warnings).toEqual([])
  })

  test('what may be discovered later is only a warning', () => {
    const described = `${tag('{ type: integer, max: 9, limits: { high: 12 } }')}    states: { idle: { to: { go: bsuy } } }\n`
    const groups = `groups:\n  all:\n    - { machine: press_001, device: motro_01 }\n    - { machine: other, device: any }\n`
    const text = described + groups + interlock('{ machine: press, device: motor_01, tag: sped, is: 1 }')
    expect(check(text).warnings).toEqual([
      `${SPEED}.limits.high" is 12, above max: 9.`,
      'a.yaml, line 7: "machines.press.states.idle.to.go" names the state bsuy, which is not described.',
      'a.yaml, line 10: "groups.all[0]" names the device motro_01, which is not described for press_001.',
      'a.yaml, line 17: "interlocks[0].when[0]" names the tag sped, which is not described for motor_01.',
    ])
  })
})

describe('YAML', () => {
  test.each([
    ['machines:\n  a: {}\n  b: {}\n  a: {}\n', 'a.yaml, line 4: "a" stands here twice, first in line 2.'],
    ['port: 1\n"port": 2\n', 'a.yaml, line 2: "port" stands here twice, first in line 1.'],
    ['port: 1\n---\nport: 2\n', 'a.yaml, line 2: A second document starts here; only one is allowed.'],
    ['host: !shell ls\n', 'a.yaml, line 1: Unresolved tag: !shell.'],
    ['? [a]\n: 1\n', 'a.yaml, line 1: With stringKeys, all keys must be strings.'],
    ['host: "a\n', 'a.yaml, line 2: Missing closing "quote.'],
    ['machines:\n\ta: {}\n', 'a.yaml, line 2: Tabs are not allowed as indentation.'],
    ['machines: *m\n', 'a.yaml, line 1: There is no anchor &m before this alias.'],
    ['machines: &m\n  a: *m\n', 'a.yaml, line 2: The alias *m would hold itself.'],
    ['machines:\n  a: { <<: 5 }\n', 'a.yaml, line 2: "<<" takes only a map or an alias of one.'],
  ])('%j is refused with a line', (text, message) => {
    expect(refusal(text)).toBe(message)
  })

  test('aliases and merge keys say things once', () => {
    const checked = check(
      'machines:\n  a: &a { pace: 5, stop: &s { type: halt } }\n  b: { <<: *a, pace: 6 }\n  c: { <<: [{ label: C }, *a] }\n  d: { stop: *s }\n',
    )
    expect(checked.file.machines).toEqual({
      a: { pace: 5, stop: { type: 'halt' } },
      b: { pace: 6, stop: { type: 'halt' } },
      c: { label: 'C', pace: 5, stop: { type: 'halt' } },
      d: { stop: { type: 'halt' } },
    })
  })

  test('a mistake behind an alias is told where it is written', () => {
    expect(refusal('machines:\n  a: &a\n    pase: 5\n  b: { <<: *a }\n')).toMatch(
      /^a\.yaml, line 3: "machines\.a\.pase"/,
    )
    expect(refusal('machines:\n  b: { <<: &a { stop: 5 } }\n')).toContain(
      'line 2: "machines.b.stop" must be a set of keys',
    )
  })

  test('names that look like something else are names', () => {
    expect(Object.keys(check('machines:\n  1: {}\n  true: {}\n  null: {}\n').file.machines ?? {})).toEqual([
      '1',
      'true',
      'null',
    ])
    expect(refusal('machines:\n  1: 2\n')).toContain('a.yaml, line 2: "machines.1" must be')
  })

  test('an old directive brings back no old rules', () => {
    expect(refusal('%YAML 1.1\n---\nmachines:\n  a: { control: no }\n')).toContain('must be an absolute path, not "no"')
  })

  test('aliases of aliases cannot blow up, nor can many of one', () => {
    const bomb = ['x0: &x0 [a, a, a, a, a, a, a, a, a, a]']
    for (let i = 1; i < 10; i += 1) bomb.push(`x${i}: &x${i} [${`*x${i - 1},`.repeat(10)}]`)
    expect(refusal(bomb.join('\n'))).toMatch(/^a\.yaml, line 5: It holds more than 100000 values\.$/)
    expect(refusal(`a: &a 1\nb: [${'*a,'.repeat(1_001)}]`)).toBe('a.yaml, line 2: There are more than 1000 aliases.')
    expect(refusal(`<<: &a { a: 1 }\nb: [${'{<<: *a},'.repeat(1_001)}]`)).toContain('There are more than 1000 aliases.')
  })

  test('depth is bounded', () => {
    expect(refusal(`a: ${'['.repeat(100)}${']'.repeat(100)}`)).toContain('nested deeper than 64 levels')
    expect(refusal(`a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`)).toMatch(/^a\.yaml, line 1: /)
  })
})

function file(content: string | Uint8Array): string {
  const path = join(tempDir(), 'a.yaml')
  writeFileSync(path, content)
  return path
}

describe('the file', () => {
  test('may start with a byte order mark, and has at most 1 MiB of UTF-8', () => {
    expect(readConfigFile(file('\uFEFFport: 5\n'))).toEqual({ port: 5 })
    expect(readConfigFile(file(`port: 5\n${'#'.repeat(1024 * 1024 - 8)}`))).toEqual({ port: 5 })
    expect(() => readConfigFile(file(`port: 5\n${'#'.repeat(1024 * 1024 - 7)}`))).toThrow(/is larger than 1 MiB/)
    expect(() => readConfigFile(file(new Uint8Array([0x61, 0xff])))).toThrow(/is not UTF-8 text/)
  })
})

test.each([
  ['wriatble', 'writable'],
  ['staleAfter', 'stale_after'],
  ['mx', undefined],
  ['x'.repeat(61), undefined],
])('the word nearest to %s is %s', (word, near) => {
  expect(nearest(word, ['type', 'writable', 'stale_after', 'confirm'])).toBe(near)
})
