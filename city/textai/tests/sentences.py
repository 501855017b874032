"""Sentences as residents might write them, made from parts: what it is, what is wrong, where, how.

Made up, not collected: they show that a model learns and how it bears missing diacritics and slips
of the finger, and say nothing about how right it will be in a real city.
"""

import random

from city.textai.model import Label
from city.textai.words import strip_marks

# For each category: what it is, and what is wrong with it. Any of the first goes with any other.
PARTS: dict[str, tuple[list[str], list[str]]] = {
    "street-light": (
        ["đèn đường", "bóng đèn cao áp", "cột đèn chiếu sáng", "dãy đèn led", "bóng đèn đầu kiệt"],
        [
            "tắt ba hôm nay",
            "không sáng",
            "chập chờn suốt đêm",
            "cháy bóng",
            "tối om cả đoạn",
            "hư lâu rồi",
        ],
    ),
    "pothole": (
        ["mặt đường", "ổ gà to", "đoạn đường nhựa", "lòng đường", "con đường trước trường học"],
        [
            "bong tróc",
            "lồi lõm dễ té xe",
            "sụt lún sâu",
            "nứt toác",
            "xuống cấp nặng",
            "đọng nước thành hố",
        ],
    ),
    "overflowing-bins": (
        ["thùng rác", "đống rác", "xe thu gom rác", "điểm tập kết rác", "rác sinh hoạt"],
        [
            "đầy tràn ra ngoài",
            "mấy ngày chưa ai lấy",
            "bốc mùi hôi thối",
            "ruồi nhặng bu đầy",
            "bỏ quên không dọn",
        ],
    ),
    "illegal-dumping": (
        ["xà bần", "xe tải lạ", "rác xây dựng", "bao tải phế thải", "có người"],
        [
            "đổ trộm ra bờ sông",
            "vứt bừa bãi ở bãi đất trống",
            "quăng xuống mương ban đêm",
            "chất thành đống ven đường",
        ],
    ),
    "blocked-drain": (
        ["cống thoát nước", "miệng cống", "mương nước", "rãnh thoát", "cả con đường"],
        [
            "nghẹt không thoát được",
            "ngập tới đầu gối",
            "nước dâng vào nhà",
            "mưa xíu là ngập",
            "bùn đất bít kín",
        ],
    ),
    "manhole-cover": (
        ["nắp hố ga", "nắp cống", "tấm đan", "miệng hố ga"],
        [
            "bị mất",
            "vỡ đôi rất nguy hiểm",
            "lệch hở ra",
            "sập xuống",
            "kêu rầm rầm khi xe chạy qua",
        ],
    ),
    "water-supply": (
        ["nước máy", "ống nước", "vòi nước nhà tôi", "đường ống cấp nước", "đồng hồ nước"],
        ["bị rò rỉ", "mất từ sáng", "đục ngầu có mùi", "chảy yếu xìu", "bể phun lên như vòi rồng"],
    ),
    "pavement-encroachment": (
        ["quán nhậu", "hàng rong", "tiệm tạp hóa", "mấy hộ buôn bán", "bàn ghế quán cà phê"],
        [
            "lấn chiếm vỉa hè",
            "bày hết ra lối đi bộ",
            "không còn chỗ cho người đi bộ",
            "dựng mái che ra lòng đường",
        ],
    ),
    "construction-order": (
        ["căn nhà đang xây", "công trình ba tầng", "nhà hàng xóm", "chủ đầu tư"],
        ["không có giấy phép xây dựng", "cơi nới trái phép", "xây vượt tầng", "lấn sang đất công"],
    ),
    "construction-dust": (
        ["xe ben chở đất", "công trình san lấp", "xe chở cát", "đơn vị thi công"],
        [
            "làm bụi mù mịt",
            "rơi vãi đất đá đầy đường",
            "không che bạt",
            "không tưới nước bụi bay vào nhà",
        ],
    ),
    "fallen-tree": (
        ["cây phượng", "cành cây to", "cây xanh bên đường", "cây long não"],
        ["đổ chắn ngang đường", "gãy đè lên xe", "bật gốc sau bão", "ngã vướng dây"],
    ),
    "tree-pruning": (
        ["hàng cây", "cây bàng trước nhà", "tán cây", "cây dừa"],
        ["cần cắt tỉa", "khô mục sắp rụng", "che khuất hết đèn", "rễ trồi lên làm nứt sân"],
    ),
    "noise": (
        ["quán karaoke", "loa kẹo kéo", "nhà bên cạnh", "xưởng cơ khí", "đám tiệc"],
        ["mở nhạc ầm ĩ tới khuya", "hát hò inh ỏi", "ồn ào không ngủ được", "khoan cắt cả trưa"],
    ),
    "pollution": (
        ["lò đốt", "cơ sở giết mổ", "nhà máy", "nước sông", "trại heo"],
        [
            "xả khói đen",
            "bốc mùi nồng nặc",
            "xả nước thải ra kênh",
            "làm cá chết trắng",
            "ô nhiễm cả xóm",
        ],
    ),
    "stray-animal": (
        ["đàn chó", "con chó to", "xác con mèo", "chó không rọ mõm", "đàn gà"],
        [
            "thả rông ngoài đường",
            "rượt cắn trẻ em",
            "nằm chết ở lề đường",
            "chạy lung tung trong xóm",
        ],
    ),
    "food-safety": (
        ["quán bún", "tiệm bánh mì", "suất ăn ở căn tin", "xe bán đồ nướng", "hàng chè"],
        [
            "bán đồ ôi thiu",
            "làm nhiều người đau bụng",
            "chế biến mất vệ sinh",
            "dùng thịt không rõ nguồn gốc",
        ],
    ),
    "price-fraud": (
        ["quán hải sản", "cây xăng", "người bán trái cây", "tiệm quà lưu niệm", "tài xế taxi"],
        ["chặt chém khách", "cân thiếu", "không niêm yết giá", "bán hàng giả", "tính tiền gấp đôi"],
    ),
    "illegal-parking": (
        ["xe ô tô", "xe khách", "mấy chiếc taxi", "xe bán tải"],
        ["đậu chắn trước cổng nhà", "dừng đỗ ngay ngã tư", "đỗ trên vỉa hè", "chắn lối ra vào"],
    ),
    "public-service": (
        ["cán bộ một cửa", "hồ sơ đất đai của tôi", "bộ phận tiếp nhận", "thủ tục khai sinh"],
        ["trễ hẹn hai tuần", "thái độ khó chịu", "bắt đi lại nhiều lần", "chưa thấy trả kết quả"],
    ),
    "tourist-support": (
        ["nhóm xích lô", "khách Tây", "người bán vé dạo", "hướng dẫn viên tự xưng"],
        ["chèo kéo du khách", "đeo bám ở cổng Đại Nội", "bị lạc cần giúp", "nài ép mua vé"],
    ),
}

PLACES = [
    "đường Lê Lợi",
    "kiệt 42 Nguyễn Trãi",
    "gần chợ Đông Ba",
    "trước số nhà 15",
    "phường Thuận Hòa",
    "cầu Trường Tiền",
    "ngã ba Bến Ngự",
    "tổ 5 khu vực 3",
    "sau bệnh viện",
    "đầu xóm tôi",
    "Kim Long",
    "An Cựu",
    "khu quy hoạch Xuân Phú",
    "",
]
OPENINGS = [
    "",
    "",
    "Kính gửi thành phố, ",
    "Dạ cho em hỏi, ",
    "Alo, ",
    "Xin phản ánh: ",
    "Hiện nay ",
    "Mấy hôm nay ",
    "Bà con ở đây phản ánh ",
]
CLOSINGS = [
    "",
    "",
    " Mong sớm xử lý.",
    " Xin cảm ơn.",
    " Đề nghị kiểm tra giúp.",
    " ai đi qua cũng sợ",
    " nhờ các anh chị xem",
    " quá bức xúc",
]
_SHORT = {
    "không": "ko",
    "được": "dc",
    "những": "nhug",
    "quá": "wa",
    "rồi": "r",
    "người": "ng",
    "vậy": "v",
}

LABELS = [
    Label(
        "street-light",
        ["Đèn đường", "Street light", "chiếu sáng", "bóng đèn"],
        {"vi": "Đèn đường", "en": "Street light"},
    ),
    Label(
        "overflowing-bins",
        ["Rác tồn đọng, thùng rác đầy", "Overflowing bins", "rác", "thu gom"],
        {"vi": "Rác tồn đọng"},
    ),
    Label(
        "noise", ["Tiếng ồn, loa kéo", "Noise, loud karaoke", "karaoke", "ồn"], {"vi": "Tiếng ồn"}
    ),
    Label(
        "pothole",
        ["Mặt đường hư hỏng, ổ gà", "Damaged road, pothole", "mặt đường", "sụt lún"],
        {"vi": "Mặt đường hư hỏng"},
    ),
]


def sentences(count: int, seed: int = 1, *, unseen: bool | None = None) -> list[tuple[str, str]]:
    """Return texts with their categories.

    With `unseen` every text has either a name for the thing or for what is wrong that does not
    occur with `unseen` False, so that a model learnt from those has to do with the other half.
    """
    dice = random.Random(seed)
    codes = sorted(PARTS)
    out: list[tuple[str, str]] = []
    while len(out) < count:
        code = dice.choice(codes)
        things, faults = PARTS[code]
        if unseen is not None:
            new = dice.random() < 0.5
            things = things[-1:] if unseen and new else things[:-1]
            faults = faults[-1:] if unseen and not new else faults[:-1]
        out.append((_said(dice, dice.choice(things), dice.choice(faults)), code))
    return out


def _said(dice: random.Random, thing: str, fault: str) -> str:
    place = dice.choice(PLACES)
    words = dice.choice(
        [f"{thing} {place} {fault}", f"{place} có {thing} {fault}", f"{thing} {fault} ở {place}"]
    )
    text = f"{dice.choice(OPENINGS)}{words}{dice.choice(CLOSINGS)}"
    text = " ".join(_slipped(dice, word) for word in text.split())
    if dice.random() < 0.2:
        text = text.lower()
    return strip_marks(text) if dice.random() < 0.1 else text


def _slipped(dice: random.Random, word: str) -> str:
    chance = dice.random()
    if chance < 0.03 and len(word) > 3:
        at = dice.randrange(1, len(word) - 1)
        return word[:at] + word[at + 1 :]
    if chance < 0.06:
        return strip_marks(word)
    return _SHORT.get(word, word) if chance < 0.3 else word
