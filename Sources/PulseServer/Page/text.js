// Every word of the page, in English and in Chinese.

const texts = {
  en: {
    skip: "Skip to the content", "nav.new": "New", "nav.history": "Earlier", other: "中文",
    honesty: "Every face here is imagined by a generator. None is the person in the picture, and nothing here identifies anybody.",
    "start.title": "Faces for a few pixels",
    "start.lead": "Give a tiny or pixelated face, or a photograph with one. You get several realistic faces that come out as the very same pixels when they are made small again.",
    "start.drop": "Drop a picture here, paste one, or choose a file",
    "start.choose": "Choose a picture", "start.camera": "Take a photograph", "start.example": "Try an example",
    "start.private": "It stays on this computer: nothing is sent anywhere else.",
    "start.kinds": "JPEG, PNG, WebP, TIFF, HEIC, up to 32 MB.",
    "start.sending": "Looking at the picture…",
    "choose.title": "Which face?", "choose.title.none": "Nothing was found by itself",
    "choose.lead": "Mosaics and faces that were found are numbered. Choose one, or draw a region.",
    "choose.none": "A face must be sharp, look towards the camera and be large enough. Where one is hidden or very small, draw a region around it.",
    "choose.mosaic": n => `Mosaic ${n}`, "choose.face": n => `Face ${n}`,
    "choose.mosaic.more": m => `${m.columns} × ${m.rows} blocks of ${round(m.block.width)} pixels`,
    "choose.face.more": "is made small, then faces are imagined that agree with that",
    "choose.region": "A region that I draw",
    "choose.region.help": "Drag it, or move it with the arrow keys; with Shift they change its size.",
    "choose.go": "Imagine faces", "choose.back": "Another picture",
    "options.title": "Options", "options.count": "How many faces", "options.size": "Make a photographed face small to",
    "options.pixels": n => `${n} × ${n} pixels`, "options.seed": "Seed (leave empty to draw one)",
    "job.queued": "Waiting", "job.running": "Imagining faces", "job.failed": "No faces this time",
    "job.blocked": "The disk is full",
    "job.done": n => n === 1 ? "A face that agrees with the pixels" : `${n} faces that agree with the pixels`,
    "job.cancelled": "Stopped, with the best so far", "job.none": "Stopped before a face was there",
    "job.equals": "They are equals, in no order. Choose one to look at it closely.",
    "job.unaccepted": "None of them is accepted: the input does not look like a face that this generator makes, or the search missed it. The best attempts are shown all the same.",
    "job.position": n => n === 0 ? "It is next." : `${n} before it.`,
    "job.blocked.help": "It goes on by itself when there is room. Delete earlier jobs to make some.",
    "job.step": (a, b) => `step ${a} of ${b}`, "job.left": s => `about ${s} s left`,
    "job.finishing": "fitting every pixel", "job.waiting": "waiting", "job.input": "Your picture",
    "job.input.size": (w, h) => `${w} × ${h} pixels`,
    "job.cancel": "Stop, keep the best so far", "job.lost": "Connection lost; the search goes on.",
    "job.resumed": n => `Going on at step ${n}, where it was stopped.`,
    "job.candidate": n => `Face ${n}`, "job.accepted": "accepted", "job.declined": "not accepted", "job.found": "found",
    "compare.title": n => `Face ${n}`, "compare.with": "Beside it", "compare.input": "your picture",
    "compare.small": "made small again", "compare.difference": "difference",
    "compare.slider": "How much of the other picture is shown", "compare.value": (p, what) => `${p} % ${what}`,
    "fit.half": "Made small again, it agrees with every pixel of your picture to within half a grey level.",
    "fit.rms": g => `Made small again, it differs from your picture by ${g} grey levels in the mean.`,
    "fit.imagined": "The face itself is imagined.",
    "fit.searched": g => `Before the last correction the face was off by ${g} grey levels.`,
    "fit.percentile": p => `It is as unusual as ${p} % of the generator's own faces or more.`,
    "fit.difference": "Plain grey means no difference; what there is, is shown sixteen times as strong.",
    "spread.title": "Where the faces differ",
    "spread.text": "Dark where your picture leaves no choice, bright where it leaves a lot: there, any answer is a guess.",
    "keep.title": "Keep", "keep.one": "This face", "keep.photo": "The photograph with this face in it",
    "keep.all": "Everything (zip)", "keep.overview": "Overview on one sheet", "keep.link": "Copy the link",
    "keep.copied": "The link was copied.", "more.title": "More", "more.seed": "Other faces for the same pixels",
    "more.again": "Another picture", "more.like": "More like this one",
    "steer.title": "Move it", "steer.text": "Finds a face for the same pixels that is moved along a direction of the generator's faces. The axes have no meaning by themselves; other directions are what somebody's labels made of them.",
    "steer.direction": "Direction", "steer.amount": "How far", "steer.go": "Find it", "note.unlike": "This does not look like something that this generator makes. Nothing found for it will be accepted; the best attempt is shown.",
    "history.title": "Earlier", "history.none": "Nothing yet.", "history.more": "Show more", "history.delete": "Delete",
    "history.deleteAll": "Delete all", "history.sure": "Delete this job with all its pictures?",
    "history.sureAll": "Delete all jobs with all their pictures?", "history.gone": "Deleted.",
    "history.size": (n, size) => `${n} ${n === 1 ? "job" : "jobs"}, ${size}`,
    "history.accepted": (a, n) => `${a} of ${n} accepted`,
    "state.queued": "waiting", "state.running": "running", "state.done": "done", "state.failed": "failed",
    "state.cancelled": "stopped", "state.blocked": "waiting for room",
    "settings.title": "What is kept", "settings.days": "Days", "settings.gigabytes": "At most, in GB",
    "settings.pictures": "Keep the pictures that were sent as long", "settings.save": "Save", "settings.saved": "Saved.",
    "settings.use": (used, free) => `${used} used, ${free} free on the disk.`,
    "door.title": "Who are you?", "door.text": "Open the address that 'pulse serve' printed, or put in the secret at its end.",
    "door.field": "Secret", "door.go": "Enter",
    "problem.unreachable": "The server does not answer. Is 'pulse serve' running?", "problem.failed": "Something went wrong.",
    "problem.again": "Try again", "problem.start": "Another picture", "gone.title": "It is not here any more",
    "gone.text": "The job was deleted, or never existed.",
  },
  zh: {
    skip: "跳到正文", "nav.new": "新建", "nav.history": "历史", other: "English",
    honesty: "这里的每张脸都是生成器想象出来的，都不是图中的本人，也不能用来辨认任何人。",
    "start.title": "从几个像素到一张脸",
    "start.lead": "给出一张很小或打了马赛克的脸，或者含有人脸的照片。你会得到几张逼真的脸，它们缩小后与原图的像素完全一致。",
    "start.drop": "把图片拖到这里，粘贴，或选择文件",
    "start.choose": "选择图片", "start.camera": "拍照", "start.example": "试用示例",
    "start.private": "图片只留在这台电脑上，不会发送到别处。", "start.kinds": "JPEG、PNG、WebP、TIFF、HEIC，最大 32 MB。",
    "start.sending": "正在查看图片…",
    "choose.title": "要哪张脸？", "choose.title.none": "没有自动找到什么",
    "choose.lead": "找到的马赛克和人脸都标了号码。请选择一个，或自己画一个区域。",
    "choose.none": "人脸要清晰、朝向镜头并且足够大。如果脸被遮住或很小，请在它周围画一个区域。",
    "choose.mosaic": n => `马赛克 ${n}`, "choose.face": n => `人脸 ${n}`,
    "choose.mosaic.more": m => `${m.columns} × ${m.rows} 块，每块 ${round(m.block.width)} 像素`,
    "choose.face.more": "先缩小，再想象与之相符的脸",
    "choose.region": "我自己画的区域", "choose.region.help": "拖动它，或用方向键移动；按住 Shift 可改变大小。",
    "choose.go": "想象人脸", "choose.back": "换一张图片",
    "options.title": "选项", "options.count": "几张脸", "options.size": "照片中的脸缩小到",
    "options.pixels": n => `${n} × ${n} 像素`, "options.seed": "种子（留空则随机）",
    "job.queued": "等待中", "job.running": "正在想象人脸", "job.failed": "这次没有结果", "job.blocked": "磁盘已满",
    "job.done": n => `${n} 张与像素相符的脸`, "job.cancelled": "已停止，保留目前最好的结果", "job.none": "还没有结果就停止了",
    "job.equals": "它们不分先后，同样可能。选择一张仔细看。",
    "job.unaccepted": "没有一张被接受：输入不像这个生成器能画的脸，或者搜索没有找到。仍然显示最好的尝试。",
    "job.position": n => n === 0 ? "下一个就是它。" : `前面还有 ${n} 个。`,
    "job.blocked.help": "有空间后会自动继续。可以删除以前的任务来腾出空间。",
    "job.step": (a, b) => `第 ${a} 步，共 ${b} 步`, "job.left": s => `大约还要 ${s} 秒`,
    "job.finishing": "正在逐像素拟合", "job.waiting": "等待中", "job.input": "你的图片",
    "job.input.size": (w, h) => `${w} × ${h} 像素`,
    "job.cancel": "停止，保留目前最好的", "job.lost": "连接中断；搜索仍在继续。",
    "job.resumed": n => `从第 ${n} 步继续。`,
    "job.candidate": n => `脸 ${n}`, "job.accepted": "已接受", "job.declined": "未接受", "job.found": "已找到",
    "compare.title": n => `脸 ${n}`, "compare.with": "对照", "compare.input": "你的图片",
    "compare.small": "再次缩小", "compare.difference": "差别",
    "compare.slider": "显示另一张图的比例", "compare.value": (p, what) => `${p} % ${what}`,
    "fit.half": "缩小后，它的每个像素与你的图片相差不到半个灰度级。",
    "fit.rms": g => `缩小后，它与你的图片平均相差 ${g} 个灰度级。`,
    "fit.imagined": "脸本身是想象出来的。",
    "fit.searched": g => `最后校正之前，脸部相差 ${g} 个灰度级。`,
    "fit.percentile": p => `它的罕见程度不低于生成器自己 ${p} % 的脸。`,
    "fit.difference": "纯灰色表示没有差别；差别放大了十六倍。",
    "spread.title": "这些脸在哪里不同",
    "spread.text": "暗处由你的图片决定，亮处图片没有决定：那里的任何答案都是猜测。",
    "keep.title": "保存", "keep.one": "这张脸", "keep.photo": "放进这张脸的照片",
    "keep.all": "全部（zip）", "keep.overview": "一页总览", "keep.link": "复制链接",
    "keep.copied": "链接已复制。", "more.title": "更多", "more.seed": "同样像素的另一些脸",
    "more.again": "换一张图片", "more.like": "更多像这张的",
    "steer.title": "改变它", "steer.text": "为同样的像素寻找沿生成器某个方向移动的脸。各个轴本身没有含义；其他方向来自某人的标注。",
    "steer.direction": "方向", "steer.amount": "多少", "steer.go": "寻找", "note.unlike": "这不像这个生成器能画的东西。结果都不会被接受；仍显示最好的尝试。",
    "history.title": "历史", "history.none": "还没有。", "history.more": "显示更多", "history.delete": "删除",
    "history.deleteAll": "全部删除", "history.sure": "删除这个任务和它的所有图片？",
    "history.sureAll": "删除所有任务和图片？", "history.gone": "已删除。",
    "history.size": (n, size) => `${n} 个任务，${size}`, "history.accepted": (a, n) => `${n} 张中接受 ${a} 张`,
    "state.queued": "等待中", "state.running": "进行中", "state.done": "完成", "state.failed": "失败",
    "state.cancelled": "已停止", "state.blocked": "等待空间",
    "settings.title": "保留多少", "settings.days": "天数", "settings.gigabytes": "最多（GB）",
    "settings.pictures": "上传的图片保留同样长的时间", "settings.save": "保存", "settings.saved": "已保存。",
    "settings.use": (used, free) => `已用 ${used}，磁盘剩余 ${free}。`,
    "door.title": "你是谁？", "door.text": "请打开 pulse serve 打印的地址，或输入地址末尾的密钥。",
    "door.field": "密钥", "door.go": "进入",
    "problem.unreachable": "服务器没有回应。pulse serve 在运行吗？", "problem.failed": "出了问题。",
    "problem.again": "再试一次", "problem.start": "换一张图片", "gone.title": "它已经不在了",
    "gone.text": "这个任务已被删除，或从未存在。",
  },
};

function round(number) { return Math.round(number * 10) / 10; }

let language = (() => {
  try {
    const kept = localStorage.getItem("language");
    if (kept in texts) return kept;
  } catch { /* a browser that keeps nothing */ }
  return navigator.language?.toLowerCase().startsWith("zh") ? "zh" : "en";
})();

export const currentLanguage = () => language;

export function switchLanguage() {
  language = language === "en" ? "zh" : "en";
  try { localStorage.setItem("language", language); } catch { /* the same */ }
}

/** The words for a key, with what they are about. */
export function t(key, ...values) {
  const text = texts[language][key] ?? texts.en[key] ?? key;
  return typeof text === "function" ? text(...values) : text;
}

export const keys = texts;

/** A number with at most so many decimals, as the language writes it. */
export function number(value, decimals = 1) {
  return new Intl.NumberFormat(language, { maximumFractionDigits: decimals }).format(value);
}

export function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) { count /= 1000; unit += 1; }
  return `${number(count, count < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}

export function when(text) {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));
}
