/* The block list of the filter, version 1. It is kept in rot13 so that a reader of this file need
 * not look at it. A version is frozen once a scheme was made with it: a word more or fewer would
 * change which serials are skipped. New words make a new version, beside this one.
 *
 * Words are letters A-Z (and digits); each stands for its spellings with digits and look-alike
 * letters too, as long as one letter of the word is left (455 alone says nothing). */
#include "codes/filter_words.h"

#include <stdbool.h>

#include "base/macros.h"

/* Separated by one space. The literal in two pieces would read as a mark of unfinished work. */
static const char words_v1[] =
    /* English */
    "SHPX SHX SPX SPHX CUHX FUVG FUG PHAG XHAG PAG QVPX QPX PBPX CHFFL CFFL OVGPU OGPU JUBER "
    "FYHG GJNG JNAX NEFR NFF NFFUBYR GVG PHZ CRAVF INTVAN NAHF NANY CBEA FRK ENCR ENCVFG CVFF "
    "PENC GHEQ ZBSB ZVYS WVMM QVYQB OBBOF OBARE XVYY FGSH JGS TGSB "
    /* slurs */
    "AVTTRE AVTTN ATTE AVTE ARTEB SNT QLXR ERGNEQ FCVP XVXR PUVAX TBBX CNXV PBBA WRJ GENAAL "
    "UBZB TLCFL FYNIR "
    /* terror */
    "ANMV UVGYRE UGYE UVZZYRE URVY FVRT AFQNC X"
    "XX VFVF 1488 TRFGNCB JNSSRAFF "
    /* German */
    "SVPX SBGMR UHER AHGGR NEFPU FPURVFF FPUJNAM JVPUF GVGGR ZHFPUV ARTRE XNANXR FPUJHY "
    "FPUYNZCR ZVFFTROHEG WHQR FCNFG "
    /* French */
    "ZREQR CHGR CHGNVA FNYBCR PBAANEQ RAPHYR OVGR AVDHR SQC AGZ OBHTABHY PUNGGR "
    /* Spanish, Portuguese */
    "CHGN CHGB ZVREQN WBQRE PNOEBA CBYYN IRETN PHYB ZNEVPBA CRAQRWB ZREQN PNENYUB SBQN CBEEN "
    "OHPRGN IVNQB "
    /* Italian */
    "PNMMB SVTN FGEBAMB GEBVN SEBPVB ZVAPUVN PBTYVBA "
    /* Dutch */
    "XHG YHY UBRE XNAXRE ARHX XYBBG "
    /* Polish, Czech, Hungarian, Romanian */
    "XHEJN XHEIN PUHW UHW CVMQN WRON QHCN CVREQBY PVCN CVPN XBXBG SNFM TRPV CVAN FMNE CHYN "
    "ZHVR "
    /* Russian in Latin letters */
    "OYLNQ OYLNG FHXN UHL UHV CVMQRP RONG ZHQNX CVQBE "
    /* Turkish */
    "NZX FVXGVE BEBFCH LNEENX NZPVX "
    /* Swedish, Finnish */
    "SVGGN XHX UBEN CREXRYR IVGGH CNFXN ";

/* What may be written in place of a letter, version 1. */
static const struct {
    char letter;
    const char *written;
} spellings_v1[] = {
    {'A', "4"}, {'B', "8"}, {'E', "3"}, {'G', "69"}, {'I', "1"}, {'L', "1"},
    {'O', "0"}, {'S', "5"}, {'T', "7"}, {'U', "V"},  {'Z', "2"},
};

const char *filter_words(uint8_t version) { return version == 1 ? words_v1 : ""; }

static char rot13(char c) {
    if (c < 'A' || c > 'Z') return c;
    return (char)('A' + (c - 'A' + 13) % 26);
}

size_t filter_next_word(const char **rest, char out[FILTER_WORD_MAX]) {
    const char *at = *rest;
    size_t len = 0;
    while (*at != ' ' && *at != '\0' && len < FILTER_WORD_MAX)
        out[len++] = rot13(*at++);
    *rest = *at == ' ' ? at + 1 : at;
    return len;
}

const char *filter_spellings(char letter) {
    for (size_t i = 0; i < CM_ARRAY_N(spellings_v1); i++)
        if (spellings_v1[i].letter == letter) return spellings_v1[i].written;
    return "";
}
