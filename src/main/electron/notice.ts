import { Notification } from 'electron'

/** Shows a notification where the system has such; a click on it is answered. Only one of ours stands at a time. */
export class Notices {
  #shown: Notification | undefined

  show(notice: { readonly title: string; readonly body: string }, clicked: () => void): void {
    if (!Notification.isSupported()) return
    this.close()
    this.#shown = new Notification(notice)
    this.#shown.on('click', clicked)
    this.#shown.show()
  }

  close(): void {
    this.#shown?.close()
    this.#shown = undefined
  }
}
