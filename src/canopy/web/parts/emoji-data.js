/** The emoji that people are offered: what the system draws, with the words by which they are found. Loaded on demand. */

/** @typedef {{emoji: string, name: string, words: string[]}} Emoji */

/** One line each: the emoji, then its words, the most telling first. @type {Record<string, string>} */
const LINES = {
  Smileys: `
😀 grinning smile
😃 smiling open mouth
😄 smiling open mouth and eyes
😁 grinning smiling eyes
😆 smiling open mouth and tightly-closed eyes
😅 sweat smile smiling open mouth and cold
🤣 rofl laugh rolling on the floor laughing
😂 joy tears laugh lol of
🙂 smile slightly smiling
🙃 upside-down
😉 wink winking
😊 smile blush smiling eyes
😇 smiling halo
🥰 smiling eyes and three hearts
😍 heart eyes smiling heart-shaped
🤩 grinning star eyes
😘 face throwing a kiss
😋 face savouring delicious food
😛 stuck-out tongue
😜 stuck-out tongue and winking eye
🤪 grinning one large and small eye
🤗 hugging
🤭 smiling eyes and hand covering mouth
🤫 finger covering closed lips
🤔 thinking hmm
🤨 one eyebrow raised
😐 neutral
😑 expressionless
😶 face without mouth
😏 smirking
😒 unamused
🙄 rolling eyes
😬 grimacing
😌 relieved
😔 pensive
😪 sleepy
😴 sleeping
😷 medical mask
🤒 thermometer
🤕 head-bandage
🤢 nauseated
🤮 open mouth vomiting
🥵 overheated
🥶 freezing
🥴 uneven eyes and wavy mouth
😵 dizzy
🤯 shocked exploding head
🥳 party face horn and hat
😎 smiling sunglasses
🤓 nerd
🧐 monocle
😕 confused
😟 worried
🙁 slightly frowning
😮 wow open mouth
😯 hushed
😲 astonished
😳 flushed
🥺 pleading eyes
😦 frowning open mouth
😨 fearful
😰 open mouth and cold sweat
😥 disappointed but relieved
😢 sad cry crying
😭 sob cry loudly crying
😱 scream face screaming in fear
😖 confounded
😞 disappointed
😓 cold sweat
😩 weary
😫 tired
🥱 yawning
😤 look of triumph
😡 pouting
😠 angry
🤬 serious symbols covering mouth
😈 smiling horns
💀 skull
💩 poop pile of poo
🤡 clown
👻 ghost
👽 extraterrestrial alien
🤖 robot bot agent
🎃 jack-o-lantern
`,
  People: `
👍 thumbs up yes +1 like
👎 thumbs down no -1 dislike
👌 ok hand
✌️ victory hand
🤞 hand with index and middle fingers crossed
🤟 i love you hand
🤘 sign of the horns
🤙 call me hand
👈 left pointing backhand index
👉 right pointing backhand index
👆 up pointing backhand index
👇 down pointing backhand index
☝️ up pointing index
👋 wave hello bye waving hand
🤚 raised back of hand
🖐️ raised hand with fingers splayed
✋ raised hand
🖖 raised hand with part between middle and ring fingers
👏 clap applause clapping hands
🙌 raised hands hooray person raising both in celebration
👐 open hands
🤲 palms up together
🤝 handshake deal
🙏 pray thanks please person with folded hands
✍️ writing hand
💪 strong muscle flexed biceps
👀 eyes look
👁️ eye
🧠 brain
👤 bust in silhouette
👥 busts in silhouette
🤷 shrug
🤦 facepalm face palm
🙋 happy person raising one hand
🙆 ok gesture
🙅 no good gesture
💁 information desk person
🙇 person bowing deeply
👩‍💻 woman coder
👨‍💻 man coder
🧑‍💻 technologist coder adult
🕵️ sleuth or spy
👷 construction worker
🦸 superhero
🧙 mage
💃 dancer
🕺 man dancing
🏃 runner
🚶 pedestrian
`,
  Hearts: `
❤️ red heart love black
🧡 orange heart
💛 yellow heart
💚 green heart
💙 blue heart
💜 purple heart
🖤 black heart
🤍 heart
🤎 brown heart
💔 broken heart
💕 two hearts
💖 sparkling heart
💯 hundred 100 points symbol
💢 anger symbol
💥 collision symbol
💫 dizzy symbol
💦 splashing sweat symbol
💤 sleeping symbol
`,
  Nature: `
🐶 dog
🐱 cat
🐭 mouse
🐰 rabbit
🦊 fox
🐻 bear
🐼 panda
🐸 frog
🐵 monkey
🐔 chicken
🐧 penguin
🐦 bird
🦉 owl
🦄 unicorn
🐝 honeybee
🐛 bug
🦋 butterfly
🐌 snail
🐞 lady beetle
🐢 turtle
🐍 snake
🐙 octopus
🦀 crab
🐠 tropical fish
🐬 dolphin
🐳 spouting whale
🌵 cactus
🎄 christmas tree
🌲 evergreen tree
🌳 deciduous tree
🌴 palm tree
🌱 seedling
🌿 herb
🍀 four leaf clover
🍁 maple leaf
🍄 mushroom
🌸 cherry blossom
🌹 rose
🌻 sunflower
🌙 crescent moon
⭐ medium star
🌟 glowing star
✨ sparkles
⚡ high voltage
🔥 fire hot
🌈 rainbow
☀️ black sun with rays
⛅ sun behind cloud
☁️ cloud
🌧️ cloud with rain
❄️ snowflake
☃️ snowman
🌊 water wave
`,
  Food: `
🍎 red apple
🍊 tangerine
🍋 lemon
🍌 banana
🍉 watermelon
🍇 grapes
🍓 strawberry
🍒 cherries
🍑 peach
🥑 avocado
🍅 tomato
🥕 carrot
🌽 ear of maize
🌶️ hot pepper
🍞 bread
🥐 croissant
🧀 cheese wedge
🥚 egg
🍔 hamburger
🍟 french fries
🍕 slice of pizza
🌮 taco
🍣 sushi
🍜 steaming bowl
🍦 soft ice cream
🍩 doughnut
🍪 cookie
🎂 birthday cake
🍰 shortcake
🍫 chocolate bar
🍿 popcorn
☕ coffee hot beverage
🍵 teacup without handle
🥛 glass of milk
🍺 beer mug
🍻 clinking beer mugs
🥂 clinking glasses
🍷 wine glass
🍾 bottle with popping cork
`,
  Activities: `
🎉 tada party celebrate popper
🎊 confetti ball
🎈 balloon
🎁 wrapped present
🏆 trophy
🥇 first place medal
🥈 second place medal
🥉 third place medal
⚽ soccer ball
🏀 basketball and hoop
🏈 american football
🎾 tennis racquet and ball
🏐 volleyball
🎱 billiards
🏓 table tennis paddle and ball
🎯 direct hit
🎮 video game
🎲 game die
🧩 jigsaw puzzle piece
🎨 artist palette
🎭 performing arts
🎵 musical note
🎶 multiple musical notes
🎤 microphone
🎧 headphone
🎸 guitar
🎹 musical keyboard
🎬 clapper board
📸 camera with flash
🚗 automobile
🚕 taxi
🚌 bus
🚲 bicycle
✈️ airplane
🚀 rocket ship launch
🛸 flying saucer
⛵ sailboat
🚢 ship
🏠 house building
🏢 office building
🏔️ snow capped mountain
🏖️ beach with umbrella
🌍 earth globe europe-africa
🌎 earth globe americas
🌏 earth globe asia-australia
🗺️ world map
`,
  Things: `
💡 electric light bulb
🔦 electric torch
💻 personal computer
🖥️ desktop computer
⌨️ keyboard
🖱️ three button mouse
📱 mobile phone
☎️ black telephone
🔋 battery
🔌 electric plug
💾 floppy disk
💿 optical disc
📷 camera
🔍 left-pointing magnifying glass
🔎 right-pointing magnifying glass
🔑 key
🔒 lock
🔓 open lock
🔨 hammer
🛠️ hammer and wrench
⚙️ gear
🧪 test tube
🧬 dna double helix
🔬 microscope
📡 satellite antenna
💰 money bag
💳 credit card
📈 chart with upwards trend
📉 chart with downwards trend
📊 bar chart
📅 calendar
📌 pushpin
📎 paperclip
📝 memo
✏️ pencil
📁 file folder
📂 open file folder
🗑️ wastebasket
📦 package
📬 open mailbox with raised flag
📧 e-mail symbol
📣 cheering megaphone
🔔 bell
🔕 bell with cancellation stroke
⏰ alarm clock
⏳ hourglass with flowing sand
⌛ hourglass
🕐 clock one oclock
📚 books
📖 open book
🔗 link symbol
🧵 spool of thread
🧹 broom
🛡️ shield
🚧 construction
`,
  Signs: `
✅ check done mark
☑️ ballot box with check
✔️ check mark
❌ cross no x mark
❎ negative squared cross mark
➕ plus
➖ minus
❓ black question mark ornament
❔ question mark ornament
❗ exclamation mark symbol
❕ exclamation mark ornament
⚠️ warning
🚫 no entry
⛔ no entry
🛑 octagonal
♻️ black universal recycling symbol
🔴 large red circle
🟠 large orange circle
🟡 large yellow circle
🟢 large green circle
🔵 large blue circle
🟣 large purple circle
⚫ medium black circle
⚪ medium white circle
🔺 up-pointing red triangle
🔻 down-pointing red triangle
▶️ black right-pointing triangle
⏸️ double vertical bar
⏹️ black square for stop
⏩ black right-pointing double triangle
⬆️ upwards black arrow
⬇️ downwards black arrow
⬅️ leftwards black arrow
➡️ black rightwards arrow
🔄 anticlockwise downwards and upwards open circle arrows
🔁 clockwise rightwards and leftwards open circle arrows
🆕 squared new
🆗 squared ok
🆒 squared cool
🔝 top with upwards arrow above
💬 speech balloon
💭 thought balloon
🏁 chequered flag
🚩 triangular flag on post
🏳️ white flag waving
🏴 black flag waving
`,
};

/** In the order of the picker. @type {{group: string, emoji: Emoji[]}[]} */
export const GROUPS = Object.entries(LINES).map(([group, lines]) => ({ group, emoji: lines.trim().split("\n").map(read) }));

/** @param {string} line @returns {Emoji} */
function read(line) {
  const [emoji = "", ...words] = line.split(" ");
  return { emoji, name: words.join(" "), words };
}

const ALL = GROUPS.flatMap(({ emoji }) => emoji);

/** Those with a word that begins as asked; the nearest first. @param {string} asked @param {number} [most] @returns {Emoji[]} */
export function findEmoji(asked, most = ALL.length) {
  const terms = asked.toLocaleLowerCase().split(/[\s_-]+/u).filter(Boolean);
  const fits = ALL.filter(({ words }) => terms.every((term) => words.some((word) => word.startsWith(term))));
  const first = terms[0] ?? "";
  return fits.sort((a, b) => rank(a, first) - rank(b, first)).slice(0, most);
}

/** @param {Emoji} each @param {string} term */
function rank({ words }, term) {
  const at = words.findIndex((word) => word.startsWith(term));
  return at * 2 + (words[at] === term ? 0 : 1);
}
