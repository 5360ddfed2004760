import type { mediaEn } from "./texts_media_en.ts";

/** Тексты файлов: в сообщениях и в пути. */
export const mediaRu: typeof mediaEn = {
  mediaComing: "Файл ещё загружается.",
  mediaFailed: "Файл сохранить не удалось. Он есть на телефоне.",
  mediaFailures: {
    too_large: "Файл слишком велик, его не сохранить. Он есть на телефоне.",
    unavailable: "Файл не удалось получить вовремя. Он есть на телефоне.",
    foreign_url: "Файл лежит по адресу, откуда его не берут. Он есть на телефоне.",
  },
  mediaNotLoaded: "Файл не загрузился.",
  mediaGone: "Этого файла больше нет.",
  loadAgain: "Загрузить ещё раз",
  download: "Скачать",
  openPicture: (name) => `Открыть: ${name}`,
  unnamedFile: "Файл без имени",
  uploading: (percent) => `Отправляется, ${percent} %`,
  uploadProgress: "Отправка файла",

  attach: "Прикрепить файл",
  attached: (name) => `Прикреплён файл: ${name}`,
  attachedFile: "Файл, который будет отправлен",
  removeFile: "Убрать файл",
  fileRemoved: "Файл убран.",
  cancelUpload: "Отменить",
  uploadCancelled: "Отменено: файл не отправлен.",
  dropHere: "Бросьте файл сюда",
  oneFile: "Файлы отправляются по одному: взят первый.",
  fileEmpty: "Этот файл пуст.",
  fileTooLarge: "Этот файл слишком велик: можно отправить не больше 64 МБ.",
  fileUnusable: "Этот файл отправить нельзя.",
  captionHint: "Написанное станет подписью к картинке.",
  noCaptionHint: "Подпись бывает только у картинок: написанное останется для следующего сообщения.",
};
