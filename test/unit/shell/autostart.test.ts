import { expect, test } from 'vitest'
import { autostartFile, autostartText, loginCommand, windowsCommand } from '../../../src/main/shell/autostart.ts'

test('log-in starts the program itself, and names the configuration only where it is another one', () => {
  const usual = '/home/a/.config/andon/andon.yaml'
  expect(loginCommand('/opt/Andon/andon', {}, usual, usual)).toEqual({ program: '/opt/Andon/andon', args: [] })
  expect(loginCommand('/opt/Andon/andon', {}, '/etc/andon.yaml', usual).args).toEqual(['--config=/etc/andon.yaml'])
  const env = { APPIMAGE: '/home/a/Andon.AppImage' }
  expect(loginCommand('/tmp/.mount_x/andon', env, usual, usual).program).toBe('/home/a/Andon.AppImage')
})

test('Windows is given quotes where there are spaces', () => {
  const usual = String.raw`C:\a\andon.yaml`
  const file = String.raw`C:\My Plant\andon.yaml`
  const spaced = loginCommand(String.raw`C:\Program Files\Andon\Andon.exe`, {}, file, usual)
  expect(windowsCommand(spaced)).toEqual({
    program: String.raw`"C:\Program Files\Andon\Andon.exe"`,
    args: [String.raw`"--config=C:\My Plant\andon.yaml"`],
  })
  expect(windowsCommand({ program: 'andon', args: ['--kiosk'] })).toEqual({ program: 'andon', args: ['--kiosk'] })
})

test('a Linux desktop looks for it where the user keeps configuration', () => {
  expect(autostartFile({}, '/home/a')).toBe('/home/a/.config/autostart/andon.desktop')
  expect(autostartFile({ XDG_CONFIG_HOME: '/conf' }, '/home/a')).toBe('/conf/autostart/andon.desktop')
  expect(autostartFile({ XDG_CONFIG_HOME: '' }, '/home/a')).toBe('/home/a/.config/autostart/andon.desktop')
})

test('the entry is one that desktops read', () => {
  const text = autostartText({ program: '/opt/Andon/andon', args: ['--config=/etc/andon.yaml'] })
  expect(text.split('\n').slice(0, 3)).toEqual(['[Desktop Entry]', 'Type=Application', 'Name=Andon'])
  expect(text).toContain('\nExec="/opt/Andon/andon" "--config=/etc/andon.yaml"\n')
  expect(text.endsWith('\n')).toBe(true)
})

test.each([
  ['/opt/My Panel/andon', String.raw`"/opt/My Panel/andon"`],
  ['/opt/100%/andon', String.raw`"/opt/100%%/andon"`],
  ['/opt/$HOME/`x`/"q"', String.raw`"/opt/\\$HOME/\\` + '`x' + String.raw`\\` + '`' + String.raw`/\\"q\\""`],
  ['C:\\Andon', String.raw`"C:\\\\Andon"`],
])('a path like %s is quoted', (program, exec) => {
  expect(autostartText({ program, args: [] })).toContain(`\nExec=${exec}\n`)
})
