import path from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rendererFile } from '../../../src/main/electron/renderer-file.ts'

const ROOT = '/opt/andon/out/renderer'
const WINDOWS_ROOT = 'C:\\Program Files\\Andon\\out\\renderer'

describe('what there is', () => {
  test.each([
    ['andon://panel/index.html', '/index.html', 'text/html; charset=utf-8'],
    ['andon://panel/index.html?x=1#/machine/press', '/index.html', 'text/html; charset=utf-8'],
    ['andon://panel/assets/index-Ab3_x9-z.js', '/assets/index-Ab3_x9-z.js', 'text/javascript; charset=utf-8'],
    ['andon://panel/assets/index-1.css', '/assets/index-1.css', 'text/css; charset=utf-8'],
    ['andon://panel/icon.svg', '/icon.svg', 'image/svg+xml'],
    ['andon://panel/fonts/inter%20var.woff2', '/fonts/inter var.woff2', 'font/woff2'],
    ['andon://panel/a..b.png', '/a..b.png', 'image/png'],
    ['andon://panel/assets/../index.html', '/index.html', 'text/html; charset=utf-8'],
  ])('%s', (url, file, type) => {
    expect(rendererFile(ROOT, url)).toEqual({ file: ROOT + file, type })
  })

  test('on Windows', () => {
    const found = rendererFile(WINDOWS_ROOT, 'andon://panel/assets/x.js', path.win32)
    expect(found?.file).toBe(`${WINDOWS_ROOT}\\assets\\x.js`)
  })
})

describe('what is refused', () => {
  test.each([
    // another place
    'andon://elsewhere/index.html',
    'andon://panel.example.org/index.html',
    'andon://panel:8080/index.html',
    'file:///opt/andon/out/renderer/index.html',
    'https://panel/index.html',
    'not a url',
    '',
    // no file, no folder's listing
    'andon://panel',
    'andon://panel/',
    'andon://panel/assets',
    'andon://panel/assets/',
    'andon://panel/index',
    // no kind of file that the renderer has
    'andon://panel/index.php',
    'andon://panel/index.js.map',
    'andon://panel/index.cjs',
    'andon://panel/index.html/',
    // hidden
    'andon://panel/.env',
    'andon://panel/.git/index.html',
    'andon://panel/assets/.hidden.js',
    // out of the folder
    'andon://panel/%2e%2e%2fmain/index.js',
    'andon://panel/..%2fmain/index.js',
    'andon://panel/..%2Fmain%2Findex.js',
    'andon://panel/%2e%2e/%2e%2e%2fmain/index.js',
    'andon://panel/assets/..%2f..%2fmain/index.js',
    'andon://panel/..%2frenderer-secret/index.js',
    'andon://panel/%2fetc/x.json/..%2f..%2f..%2f..%2fetc/x.json',
    // decoded once, so that this is a name that does not exist at most
    'andon://panel/%252e%252e%252fmain/index.js%00',
    // other ways to write a way out
    'andon://panel/..%5cmain%5cindex.js',
    'andon://panel/..\\main\\index.js',
    'andon://panel/%5c%5cserver%5cshare%5cx.js',
    'andon://panel/C:%5cWindows%5cx.js',
    'andon://panel/C:/Windows/x.js',
    'andon://panel/c%3a/windows/x.js',
    'andon://panel/index.html::$DATA',
    'andon://panel/index.html%00.js',
    // broken
    'andon://panel/%',
    'andon://panel/%ff.js',
    'andon://panel/%c0%ae%c0%ae/x.js',
  ])('%s', (url) => {
    expect(rendererFile(ROOT, url)).toBeUndefined()
    expect(rendererFile(WINDOWS_ROOT, url, path.win32)).toBeUndefined()
  })

  test('a name encoded twice is not decoded twice', () => {
    expect(rendererFile(ROOT, 'andon://panel/%252e%252e%252fmain.js')?.file).toBe(`${ROOT}/%2e%2e%2fmain.js`)
  })
})

test('whatever the address, what is found is within the folder', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '..',
      '.',
      '%2e%2e',
      '%2E.',
      '.%2e',
      '%252e',
      '/',
      '%2f',
      '%5c',
      '\\',
      '%00',
      '\0',
      'C:',
      '%3a',
      '//',
    ),
    fc.constantFrom(
      'assets',
      'main',
      'renderer',
      'index.html',
      'x.js',
      '..x.js',
      '~',
      ' ',
      '%20',
      '?',
      '#',
      '@',
      ':80',
    ),
    fc.string({ maxLength: 4 }),
  )
  const address = fc.array(piece, { maxLength: 12 }).map((pieces) => `andon://panel/${pieces.join('')}`)
  fc.assert(
    fc.property(
      fc.oneof(
        address,
        address.map((text) => `${text}.js`),
        fc.webUrl(),
      ),
      (url) => {
        for (const [root, rules] of [
          [ROOT, path.posix],
          [WINDOWS_ROOT, path.win32],
        ] as const) {
          const found = rendererFile(root, url, rules)
          if (!found) continue
          expect(found.file.startsWith(root + rules.sep)).toBe(true)
          expect(found.file.includes('\0')).toBe(false)
          expect(rules.normalize(found.file)).toBe(found.file)
          expect(found.file.slice(root.length).includes(':')).toBe(false)
        }
      },
    ),
    { numRuns: 20_000, seed: 45 },
  )
})
