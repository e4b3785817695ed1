import { expect, test } from 'vitest'
import { receivedRequest, secondStartText } from '../../../src/main/shell/second-start.ts'

const nothing = { page: null, newWindow: false }

test.each([
  [
    { page: '/alarms', newWindow: true },
    { page: '/alarms', newWindow: true },
  ],
  [nothing, nothing],
  [{ page: 'javascript:alert(1)', newWindow: false }, nothing],
  [{ page: '/alarms' }, nothing],
  [null, nothing],
  ['text', nothing],
])('%j, as another process handed it over, asks for %j', (data, request) => {
  expect(receivedRequest(data)).toEqual(request)
})

test.each([
  [nothing, 'andon: it is running already; its window has been brought to the front.\n'],
  [{ page: '/alarms', newWindow: false }, 'andon: it is running already; its window has been asked for /alarms.\n'],
  [{ page: null, newWindow: true }, 'andon: it is running already; it has been asked for another window.\n'],
])('%j: says what came of it', (request, text) => {
  expect(secondStartText(request, ['--page=/alarms', '--new-window', '--data-dir', '/data'], null)).toBe(text)
})

test('it names the options that a running panel cannot heed, each once', () => {
  const text = secondStartText(
    nothing,
    ['--port', '8080', '--config=/etc/other.yaml', '--udp=a', '--udp=b', '--page=/'],
    null,
  )
  expect(text.split('\n')[1]).toMatch(/^andon: --port, --config, --udp: without effect, .* Quit it first/)
})

test('it claims no window of a panel that has none, and says where browsers find it', () => {
  const url = 'http://127.0.0.1:3002/'
  const known = { page: '/alarms', newWindow: false }
  expect(secondStartText(known, [], { url, window: false })).toBe(
    `andon: it is running already; it has no window; browsers find it at ${url}.\n`,
  )
  expect(secondStartText(known, [], { url, window: true })).toMatch(/asked for \/alarms/)
})
