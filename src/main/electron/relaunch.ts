import { app } from 'electron'

/** Another one of us begins when this process has ended. */
export function relaunch(): void {
  // An AppImage runs from where it is mounted, which is gone by then.
  const image = process.env['APPIMAGE']
  app.relaunch(image === undefined ? {} : { execPath: image, args: process.argv.slice(1) })
}
