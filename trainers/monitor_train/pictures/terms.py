"""What the published sets of whole pictures are, and under which terms weights trained on them can be used."""

from __future__ import annotations

OWN_LICENCE = "Weights: Apache-2.0, as far as the project can grant it. "
RESEARCH = OWN_LICENCE + "The pictures are for research"
OF_PICTURES = "that of the pictures"
"""Licence of weights that somebody trained on pictures of their own."""
TERMS = {
    "fi": (
        "FI (You et al. 2016), Flickr and Instagram pictures with the emotion that most annotators chose",
        OWN_LICENCE + "The pictures were collected for research and belong to those who took them",
    ),
    "emotionroi": (
        "EmotionROI (Peng et al. 2016)",
        OWN_LICENCE + "The pictures were collected from Flickr for research",
    ),
    "emotion6": ("Emotion6 (Peng et al. 2015)", OWN_LICENCE + "The pictures were collected from Flickr for research"),
    "twitter": (
        "Pictures of tweets (You et al. 2015 or Borth et al. 2013)",
        OWN_LICENCE + "The pictures belong to users",
    ),
    "oasis": ("OASIS (Kurdi et al. 2017)", OWN_LICENCE + "The pictures are under open licences, for research"),
    "artphoto": ("ArtPhoto (Machajdik and Hanbury 2010), photographs made to evoke an emotion", RESEARCH),
    "abstract": ("Abstract paintings (Machajdik and Hanbury 2010) with the emotion of most votes", RESEARCH),
    "iapsa": ("IAPSa: pictures of IAPS with the emotions of Mikels et al. 2005", RESEARCH),
    "list": ("pictures in a list, of whoever trained this model", OF_PICTURES),
    "folders": ("pictures in folders, of whoever trained this model", OF_PICTURES),
}
"""Layout -> description and terms."""
