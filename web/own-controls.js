// @ts-check
/*
 * own-controls - what is this listener's own: volume, and the format that audio is sent in.
 * Kept in this browser, heard by nobody else.
 */
import { paintSlider } from './controls.js';
import { loadSettings, saveSettings, volumeGain } from './listener-settings.js';

/**
 * @param {{
 *   volume: HTMLInputElement, format: HTMLSelectElement,
 *   onvolume: (gain: number) => void, onformat: (format: string) => void
 * }} options
 */
export function bindOwnControls({ volume, format, onvolume, onformat }) {
  const settings = loadSettings();

  function showVolume() {
    volume.setAttribute('aria-valuetext', `${volume.value} %`);
    paintSlider(volume);
    onvolume(volumeGain(settings.volume));
  }

  volume.value = String(Math.round(settings.volume * 100));
  volume.oninput = () => {
    settings.volume = Number(volume.value) / 100;
    showVolume();
    saveSettings(settings);
  };
  format.value = settings.format;
  format.onchange = () => {
    settings.format = format.value;
    saveSettings(settings);
    onformat(settings.format);
  };
  showVolume();
}
