import { app, type Session, type WebContents } from 'electron'
import type { PageOrigin } from './page-origin.ts'

/** Before `ready`: every renderer in the system's sandbox, and every page that will ever be made kept where it is. */
export function hardenApplication(origin: PageOrigin): void {
  // Somebody who says --no-sandbox (a container, a system without user namespaces) has started a process whose zygote
  // has none, and renderers that expect one would not start. The windows' own `sandbox` still holds.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  app.on('web-contents-created', (_event, contents) => hardenContents(contents, origin))
}

/**
 * After `ready`: nothing that a page could ask for is granted. Screen capture is refused for want of a handler. In a kiosk
 * nothing is downloaded either: the dialog that asks where to would show the files of this computer.
 */
export function hardenSession(session: Session, kiosk: () => boolean): void {
  session.setPermissionRequestHandler((_contents, _permission, grant) => grant(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event) => {
    if (kiosk()) event.preventDefault()
  })
}

interface Navigation {
  readonly url: string
  readonly isMainFrame: boolean
  preventDefault(): void
}

function hardenContents(contents: WebContents, origin: PageOrigin): void {
  const guard = (navigation: Navigation): void => {
    // Our own page may only load itself again; it has no frames that could go anywhere.
    if (!navigation.isMainFrame || !origin.owns(navigation.url)) navigation.preventDefault()
  }
  contents.on('will-navigate', guard)
  contents.on('will-frame-navigate', guard)
  contents.on('will-redirect', guard)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}
