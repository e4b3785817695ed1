import { expect, test } from 'vitest'
import { ownArguments } from '../../../src/main/electron/arguments.ts'
import { OPTIONS } from '../../../src/main/options.ts'

test('the program, and in development its folder, are no options', () => {
  expect(ownArguments(['/opt/Andon/andon', '--port', '3005'], true)).toEqual(['--port', '3005'])
  expect(ownArguments(['/usr/bin/electron', '.', '--port', '3005'], false)).toEqual(['--port', '3005'])
})

test('what is meant for Chromium or Node is left out, what is mistyped is not', () => {
  const switches = [
    '--no-sandbox',
    '--ozone-platform=wayland',
    '--inspect=5858',
    '--remote-debugging-port=0',
    '-psn_0_12',
  ]
  expect(ownArguments(['andon', ...switches, '--prot', '1'], true)).toEqual(['--prot', '1'])
})

test('what the Windows installer starts the new version with is no option', () => {
  expect(ownArguments(['andon', '--updated', '--port', '1'], true)).toEqual(['--port', '1'])
})

test('every option of ours arrives', () => {
  const ours = OPTIONS.flatMap((option) => ('value' in option ? [`--${option.flag}`, 'x'] : [`--${option.flag}`]))
  expect(ownArguments(['andon', ...ours], true)).toEqual(ours)
})
