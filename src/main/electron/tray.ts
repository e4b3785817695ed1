import { join } from 'node:path'
import { Menu, type MenuItemConstructorOptions, type NativeImage, nativeImage, Tray } from 'electron'
import { TRAY_ICONS, type TrayAct, type TrayIcon, type TrayModel } from '../shell/tray-model.ts'

/** The icon in the system's tray, with its menu. */
export class PanelTray {
  readonly #tray: Tray
  readonly #images: ReadonlyMap<TrayIcon, NativeImage>
  readonly #act: (act: TrayAct) => void
  #shown = ''

  /** `rendererDir`: folder with the built renderer, which has the pictures too. */
  constructor(rendererDir: string, act: (act: TrayAct) => void, platform: NodeJS.Platform = process.platform) {
    this.#images = new Map(
      TRAY_ICONS.map((icon) => [icon, nativeImage.createFromPath(join(rendererDir, 'tray', `${icon}.png`))]),
    )
    this.#act = act
    this.#tray = new Tray(this.#image('quiet'))
    this.#tray.setToolTip('Andon')
    // macOS shows the menu with a click, which must not open the window as well. Some Linux desktops raise no click.
    if (platform !== 'darwin') this.#tray.on('click', () => act('open'))
  }

  show(model: TrayModel): void {
    // A menu that is open would close with every new one.
    const shown = JSON.stringify(model)
    if (shown === this.#shown) return
    this.#shown = shown
    this.#tray.setImage(this.#image(model.icon))
    this.#tray.setToolTip(model.tooltip)
    this.#tray.setContextMenu(Menu.buildFromTemplate(this.#template(model)))
  }

  close(): void {
    this.#tray.destroy()
  }

  #template({ rows }: TrayModel): MenuItemConstructorOptions[] {
    return rows.flatMap((group, i) => [
      ...(i === 0 ? [] : [{ type: 'separator' as const }]),
      ...group.map(({ label, act }) => ({
        label,
        enabled: act !== null,
        click: () => {
          if (act) this.#act(act)
        },
      })),
    ])
  }

  #image(icon: TrayIcon): NativeImage {
    return this.#images.get(icon) ?? nativeImage.createEmpty()
  }
}
