import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfigFile } from '../../../src/main/config-file.ts'
import { withSettings } from '../../../src/main/settings-text.ts'
import { UsageError } from '../../../src/main/usage-error.ts'
import { ROOT } from '../../support/child.ts'

test.each([
  ['an empty file', '', { port: 1 }, 'port: 1\n'],
  ['comments alone', '# mine\n# too', { port: 1 }, '# mine\n# too\nport: 1\n'],
  ['a value among comments', '# a\n\nport:   3 # c\n# z\n', { port: 4 }, '# a\n\nport: 4 # c\n# z\n'],
  ['a key without a value', 'kiosk: true\nport:\n# z\n', { port: 4 }, 'kiosk: true\nport: 4\n# z\n'],
  ['a new list', 'port: 3\n', { tls: true, udp: ['a:1', 'b'] }, 'port: 3\ntls: true\nudp: ["a:1", "b"]\n'],
  ['a list over lines', 'udp:\n  - a\n  - b # c\nport: 3\n', { udp: ['c'] }, 'udp: ["c"] # c\nport: 3\n'],
  ['a list over lines that goes', 'udp:\n  - a\n  - b # c\nport: 3\n', { udp: null }, 'port: 3\n'],
  ['a list before a comment', 'udp:\n  - a\n\n# z\nport: 3\n', { udp: null }, '\n# z\nport: 3\n'],
  ['one that goes', 'kiosk: true\nport: 3 # mine\nhost: ::1\n', { port: null }, 'kiosk: true\nhost: ::1\n'],
  ['the last one', 'port: 3', { port: null }, ''],
  ['what is not there', 'port: 3\n', { host: null }, 'port: 3\n'],
  ['text that reads as a number', 'port: 3\n', { socket_mode: '0660' }, 'port: 3\nsocket_mode: "0660"\n'],
  ['quotes and line breaks', 'host: "a"\n', { host: 'a"\n: #b' }, 'host: "a\\"\\n: #b"\n'],
  [
    'an alias elsewhere',
    'port: &p 3\nhttp_redirect_port: *p\n',
    { kiosk: true },
    'port: &p 3\nhttp_redirect_port: *p\nkiosk: true\n',
  ],
])('%s', (_what, text, changes, expected) => {
  expect(withSettings(text, changes)).toBe(expected)
})

test.each([
  ['an anchor that others need', 'port: &p 3\nhttp_redirect_port: *p\n', { port: 4 }],
  ['one line of JSON', '{"port": 3}\n', { kiosk: true }],
  ['an end of the document', 'port: 3\n...\n', { kiosk: true }],
])('%s: only its author can change it', (_what, text, changes) => {
  expect(() => withSettings(text, changes)).toThrow(UsageError)
})

test('the example keeps every line that was not to change', () => {
  const text = readFileSync(join(ROOT, 'build/andon.example.yaml'), 'utf8')
  const changed = withSettings(text, { port: 4000, kiosk: null, retention_days: 7, udp: ['127.0.0.1:3003'] })
  const gone = text.split('\n').filter((line) => !changed.split('\n').includes(line))
  expect(gone).toEqual(['kiosk: false', 'port: 3002', 'retention_days: 30'])
  expect(changed.split('\n').length).toBe(text.split('\n').length)
  const { kiosk, ...others } = parseConfigFile(text, 'andon.yaml')
  expect(kiosk).toBe(false)
  expect(parseConfigFile(changed, 'andon.yaml')).toEqual({
    ...others,
    port: 4000,
    retention_days: 7,
    udp: ['127.0.0.1:3003'],
  })
})
